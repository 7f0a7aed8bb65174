package io.gantry.launcher;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;

/**
 * A control plane and the key to it.
 *
 * @param nodes of which any one will do; they are tried in this order
 */
record Remote(HttpClient http, List<URI> nodes, Credentials credentials, String region) {

    Remote {
        nodes = List.copyOf(nodes);
    }

    ApiClient api() {
        return new ApiClient(http, nodes, credentials, region);
    }

    ClusterReader reader() {
        return new ClusterReader(api());
    }

    StreamClient streams() {
        return new StreamClient(http, nodes, credentials, region);
    }
}
