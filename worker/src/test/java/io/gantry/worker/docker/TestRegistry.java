package io.gantry.worker.docker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A registry of images on this machine, which engines reach without TLS. Images are made of one
 * layer with one file in it; their digests are those of the manifests it serves.
 */
final class TestRegistry implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    private static final int BLOCK = 512;

    private static final int TLS = 0x16;
    private static final int BACKLOG = 100;

    private final HttpServer server;
    private final ServerSocket door;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile int failureStatus = 500;
    private volatile boolean stalls;
    private volatile @Nullable String authorization;
    final List<String> requests = new CopyOnWriteArrayList<>();

    TestRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v2/", this::answer);
        server.start();
        door = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        inBackground(this::receive);
    }

    String host() {
        return "127.0.0.1:" + door.getLocalPort();
    }

    /** What may be cut at any time. */
    private interface Talk {
        void run() throws IOException;
    }

    private void inBackground(Talk talk) {
        threads.execute(
                () -> {
                    try {
                        talk.run();
                    } catch (IOException cut) {
                        cuts.incrementAndGet();
                    }
                });
    }

    /** Engines try TLS first; Java's server would let them wait instead of refusing. */
    private void receive() throws IOException {
        while (true) {
            Socket caller = door.accept();
            inBackground(
                    () -> {
                        try (caller;
                                Socket inside =
                                        new Socket(
                                                InetAddress.getLoopbackAddress(),
                                                server.getAddress().getPort())) {
                            int first = caller.getInputStream().read();
                            if (first > 0 && first != TLS) {
                                inside.getOutputStream().write(first);
                                inBackground(() -> pass(inside, caller));
                                pass(caller, inside);
                            }
                        }
                    });
        }
    }

    private static void pass(Socket from, Socket to) throws IOException {
        from.getInputStream().transferTo(to.getOutputStream());
        to.shutdownOutput();
    }

    /** Puts an image with a layer of random-looking bytes there; returns its digest. */
    String put(String repository, String tag, String content) throws IOException {
        return put(repository, tag, "content", content.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts an image with one file there; returns its digest. */
    String put(String repository, String tag, String file, byte[] content) throws IOException {
        byte[] layer = tar(file, content);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(layer);
        }
        byte[] config =
                ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"/content\"]},"
                                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}")
                        .formatted(digest(layer))
                        .getBytes(StandardCharsets.UTF_8);
        blobs.put(digest(config), config);
        blobs.put(digest(zipped.toByteArray()), zipped.toByteArray());
        byte[] manifest =
                ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":"
                                + "\"application/vnd.docker.container.image.v1+json\",\"size\":%d,\"digest\":\"%s\"},"
                                + "\"layers\":[{\"mediaType\":\"application/vnd.docker.image.rootfs.diff.tar.gzip\","
                                + "\"size\":%d,\"digest\":\"%s\"}]}")
                        .formatted(
                                MANIFEST,
                                config.length,
                                digest(config),
                                zipped.size(),
                                digest(zipped.toByteArray()))
                        .getBytes(StandardCharsets.UTF_8);
        manifests.put(repository + ':' + tag, manifest);
        manifests.put(repository + ':' + digest(manifest), manifest);
        return digest(manifest);
    }

    /** The next so many manifests are refused. */
    void fail(int times, int status) {
        failures.set(times);
        failureStatus = status;
    }

    /** Layers are promised and never come. */
    void stall() {
        stalls = true;
    }

    void require(String username, String password) {
        byte[] login = (username + ':' + password).getBytes(StandardCharsets.UTF_8);
        authorization = "Basic " + Base64.getEncoder().encodeToString(login);
    }

    long manifestsAsked() {
        return requests.stream().filter(one -> one.contains("/manifests/")).count();
    }

    long blobsAsked() {
        return requests.stream().filter(one -> one.contains("/blobs/")).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring("/v2/".length());
        String wanted = authorization;
        if (wanted != null
                && !wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"test\"");
            say(exchange, 401, "UNAUTHORIZED", "authentication required");
            return;
        }
        requests.add(exchange.getRequestMethod() + ' ' + path);
        if (path.isEmpty()) {
            say(exchange, 200, "", "");
        } else if (path.contains("/manifests/")) {
            manifest(exchange, path.replace("/manifests/", ":"));
        } else {
            blob(exchange, path.substring(path.lastIndexOf('/') + 1));
        }
    }

    private void manifest(HttpExchange exchange, String name) throws IOException {
        byte[] manifest = manifests.get(name);
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            say(exchange, failureStatus, "UNKNOWN", "try again");
        } else if (manifest == null) {
            say(exchange, 404, "MANIFEST_UNKNOWN", "manifest unknown");
        } else {
            exchange.getResponseHeaders().set("Content-Type", MANIFEST);
            exchange.getResponseHeaders().set("Docker-Content-Digest", digest(manifest));
            send(exchange, 200, manifest);
        }
    }

    private void blob(HttpExchange exchange, String digest) throws IOException {
        byte[] blob = blobs.get(digest);
        if (blob == null) {
            say(exchange, 404, "BLOB_UNKNOWN", "blob unknown");
        } else if (stalls && blob[0] == 0x1f) {
            exchange.sendResponseHeaders(200, blob.length);
            exchange.getResponseBody().flush();
            try {
                closing.await();
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        } else {
            send(exchange, 200, blob);
        }
    }

    private static void say(HttpExchange exchange, int status, String code, String message)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Docker-Distribution-Api-Version", "registry/2.0");
        String body =
                status < 400
                        ? "{}"
                        : "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\"}]}"
                                .formatted(code, message);
        send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
        }
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
        exchange.close();
    }

    /** An archive of one file, in the form that every tar reads. */
    private static byte[] tar(String name, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000755");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, "%011o".formatted(content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte one : header) {
            sum += one & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        int blocks = (content.length + BLOCK - 1) / BLOCK;
        byte[] archive = new byte[BLOCK * (blocks + 3)];
        System.arraycopy(header, 0, archive, 0, BLOCK);
        System.arraycopy(content, 0, archive, BLOCK, content.length);
        return archive;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    static String digest(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every JDK has SHA-256", missing);
        }
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        door.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
