package io.gantry.control.api;

import io.gantry.common.check.Check;
import io.gantry.common.model.IdSource;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.VirtualTime;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Dispatcher;
import io.gantry.common.wire.HttpReply;
import io.gantry.common.wire.HttpRequest;
import io.gantry.common.wire.MemoryHttpClient;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ConnectWorker;
import io.gantry.control.core.command.Command.DisconnectWorker;
import io.gantry.control.core.command.Command.ObserveTasks;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Worker.AgentVersion;
import io.gantry.control.live.LocalLiveStore;
import io.gantry.control.log.LocalLog;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Resource;
import software.amazon.awssdk.services.sts.StsClient;

/** An installation of one node with the clients that talk to it. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
final class Office {
    static final String ACCOUNT = "123456789012";
    static final String ARN = "arn:aws:ecs:us-east-1:" + ACCOUNT + ':';

    final VirtualTime time = new VirtualTime();
    final LocalLog log = new LocalLog(time);
    final LocalLiveStore live = new LocalLiveStore();
    final IdSource ids = new IdSource(time, new Random(1));
    final Map<String, Integer> codes = new ConcurrentHashMap<>();
    final EcsApi api;
    final Dispatcher dispatcher;
    final EcsClient ecs;
    final StsClient sts;

    Office() {
        submit(
                new Command.FoundRealm(
                        new Realm("us-east-1", ACCOUNT, new Realm.AccessKey("AKIA", "secret"))));
        Observations observations =
                seen -> log.submit(new ObserveTasks(List.of(seen))).thenApply(_ -> null);
        var context =
                new ApiContext(
                        log,
                        log,
                        ids,
                        new Random(2),
                        new FixedEndpoints(),
                        observations,
                        Duration.ofSeconds(5),
                        live,
                        time);
        this.api = new EcsApi(context);
        this.dispatcher =
                new Dispatcher(
                        Authentication.none(),
                        List.of(api.api(), new StsApi(log).api()),
                        (_, code, _) -> codes.merge(code, 1, Integer::sum));
        this.ecs = client(EcsClient.builder());
        this.sts = client(StsClient.builder());
    }

    private record FixedEndpoints() implements Endpoints {
        @Override
        public String agents() {
            return "http://node/acs/";
        }

        @Override
        public String telemetry() {
            return "http://node/tcs/";
        }
    }

    private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(B builder) {
        return builder.region(Region.US_EAST_1)
                .endpointOverride(URI.create("http://localhost"))
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("AKIA", "secret")))
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .httpClient(new MemoryHttpClient(dispatcher))
                .build();
    }

    /** Sends a request as the members that it has on the wire. */
    HttpReply send(String operation, byte[] json) {
        return send(operation, json, Map.of());
    }

    /** The same with further headers, by their lower-case names. */
    HttpReply send(String operation, byte[] json, Map<String, String> more) {
        Map<String, String> headers =
                new HashMap<>(
                        Map.of(
                                "x-amz-target",
                                "AmazonEC2ContainerServiceV20141113." + operation,
                                "content-type",
                                "application/x-amz-json-1.1",
                                "host",
                                "localhost"));
        headers.putAll(more);
        return dispatcher.dispatch(new HttpRequest("POST", "/", null, headers::get, json));
    }

    Reply submit(Command command) {
        return log.submit(command).join().reply();
    }

    /** A cluster of this name, in which tests usually are. */
    Office withCluster(String name) {
        ecs.createCluster(r -> r.clusterName(name));
        return this;
    }

    /** Registers a machine of one core and 1 GiB through the API and connects its agent. */
    String worker(String cluster, String... attributes) {
        var all = new ArrayList<Attribute>();
        for (String attribute : attributes) {
            String[] parts = attribute.split("=", 2);
            all.add(
                    Attribute.builder()
                            .name(parts[0])
                            .value(parts.length > 1 ? parts[1] : null)
                            .build());
        }
        String arn =
                ecs.registerContainerInstance(
                                r -> r.cluster(cluster).attributes(all).totalResources(resources()))
                        .containerInstance()
                        .containerInstanceArn();
        connect(arn);
        return arn;
    }

    void connect(String arn) {
        var id = WorkerId.parse(arn.substring(arn.lastIndexOf('/') + 1));
        submit(new ConnectWorker(id, "n1", new AgentVersion("1.2.3", "abc", "27.0")));
    }

    void disconnect(String arn) {
        var id = WorkerId.parse(arn.substring(arn.lastIndexOf('/') + 1));
        var worker = Check.present(log.state().workers().get(id), arn);
        submit(new DisconnectWorker(id, worker.session()));
    }

    static List<Resource> resources() {
        return List.of(
                Resource.builder().name("CPU").type("INTEGER").integerValue(1024).build(),
                Resource.builder().name("MEMORY").type("INTEGER").integerValue(1024).build(),
                Resource.builder().name("PORTS").type("STRINGSET").stringSetValue("22").build(),
                Resource.builder()
                        .name("PORTS_UDP")
                        .type("STRINGSET")
                        .stringSetValue("53")
                        .build());
    }

    static ContainerDefinition.Builder container(String name) {
        return ContainerDefinition.builder().name(name).image("busybox:local").memory(128);
    }

    /** Registers a definition of one small container. */
    String definition(String family) {
        return ecs.registerTaskDefinition(
                        RegisterTaskDefinitionRequest.builder()
                                .family(family)
                                .containerDefinitions(container("main").cpu(100).build())
                                .build())
                .taskDefinition()
                .taskDefinitionArn();
    }

    /** Does what the leader does for a service, until it has nothing to do. */
    void reconcile(ServiceKey key) {
        for (int round = 0; round < 50; round++) {
            Service service = log.state().services().get(key);
            Command plan =
                    service == null
                            ? null
                            : Reconciler.next(log.state(), service, ids, new Random(round));
            if (plan == null) {
                return;
            }
            submit(plan);
        }
    }

    /** What the agent reports when a task of {@code main} alone has reached a status. */
    void report(String task, String status) {
        ecs.submitTaskStateChange(
                r ->
                        r.cluster("demo")
                                .task(task)
                                .status(status)
                                .containers(
                                        c ->
                                                c.containerName("main")
                                                        .runtimeId("abc")
                                                        .status(status)));
    }

    /** What the agent reports of the ports of a running task of {@code main} alone. */
    void reportBindings(String task, NetworkBinding... bindings) {
        ecs.submitTaskStateChange(
                r ->
                        r.cluster("demo")
                                .task(task)
                                .status("RUNNING")
                                .containers(
                                        c ->
                                                c.containerName("main")
                                                        .status("RUNNING")
                                                        .networkBindings(bindings)));
    }
}
