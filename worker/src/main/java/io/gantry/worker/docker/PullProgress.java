package io.gantry.worker.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.PullResponseItem;
import io.gantry.worker.runtime.NamedFailureException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows one pull: how far it is, whether it still moves, and how it ends. */
final class PullProgress extends ResultCallback.Adapter<PullResponseItem> {
    private static final Logger log = LoggerFactory.getLogger(PullProgress.class);
    private static final long LOG_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final String DIGEST = "Digest: ";
    private static final int PERCENT = 100;

    private final String image;
    private final long beganNanos = System.nanoTime();
    private final Map<String, Layer> layers = new ConcurrentHashMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long newsNanos = beganNanos;
    private volatile @Nullable String digest;
    private volatile boolean finished;
    private volatile @Nullable String error;
    private volatile @Nullable Throwable cut;

    PullProgress(String image) {
        this.image = image;
    }

    private record Layer(long bytes, long ofBytes) {}

    @Override
    public void onNext(PullResponseItem item) {
        newsNanos = System.nanoTime();
        var problem = item.getErrorDetail();
        if (problem != null && problem.getMessage() != null) {
            error = problem.getMessage();
        }
        String status = item.getStatus() == null ? "" : item.getStatus();
        if (status.startsWith(DIGEST)) {
            digest = status.substring(DIGEST.length()).strip();
        }
        if (status.startsWith(DIGEST)
                || status.startsWith("Status: ")
                || status.equals("Download complete")) {
            finished = true;
        }
        follow(item, status);
    }

    private void follow(PullResponseItem item, String status) {
        var detail = item.getProgressDetail();
        String layer = item.getId();
        if (status.equals("Downloading") && detail != null && layer != null) {
            Long current = detail.getCurrent();
            Long total = detail.getTotal();
            long bytes = current == null ? 0 : current;
            layers.put(layer, new Layer(bytes, total == null ? bytes : total));
        } else if (status.equals("Download complete") && layer != null) {
            layers.computeIfPresent(layer, (_, one) -> new Layer(one.ofBytes, one.ofBytes));
        }
    }

    @Override
    public void onError(Throwable failure) {
        cut = failure;
        ended.countDown();
    }

    @Override
    public void onComplete() {
        ended.countDown();
    }

    /** The digest that the registry gave; null if the engine did not say. */
    @Nullable String digest() {
        return digest;
    }

    /** Compressed, as they came over the network. */
    long downloadedBytes() {
        return layers.values().stream().mapToLong(Layer::bytes).sum();
    }

    Duration taken() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    /** Waits for the end and fails if it is a bad one, or if nothing was heard for too long. */
    void await(Duration inactivity, Duration limit) throws IOException, InterruptedException {
        long loggedNanos = beganNanos;
        while (true) {
            long now = System.nanoTime();
            long silent = inactivity.toNanos() - (now - newsNanos);
            long left = limit.toNanos() - (now - beganNanos);
            if (left <= 0) {
                throw new NamedFailureException(
                        BoundedTransport.TIMEOUT,
                        "Could not transition to pulled; timed out after waiting "
                                + CallLimit.text(limit));
            }
            if (silent <= 0) {
                throw new IOException("inactivity time exceeded timeout while pulling image");
            }
            long untilLog = LOG_INTERVAL_NANOS - (now - loggedNanos);
            long wait = Math.max(1, Math.min(untilLog, Math.min(silent, left)));
            if (ended.await(wait, TimeUnit.NANOSECONDS)) {
                break;
            }
            if (System.nanoTime() - loggedNanos >= LOG_INTERVAL_NANOS) {
                loggedNanos = System.nanoTime();
                logHowFar();
            }
        }
        judge();
    }

    private void judge() throws IOException {
        String said = error;
        if (said != null) {
            throw new IOException(said);
        }
        switch (cut) {
            case null -> {
                if (!finished) {
                    throw new IOException("the engine ended the pull without a word");
                }
            }
            case RuntimeException failure -> throw failure;
            case Throwable failure ->
                    throw new IOException(
                            "connection to the engine cut: " + failure.getMessage(), failure);
        }
    }

    private void logHowFar() {
        long bytes = downloadedBytes();
        long of = layers.values().stream().mapToLong(Layer::ofBytes).sum();
        log.atInfo()
                .addKeyValue("image", image)
                .addKeyValue("percent", of == 0 ? 0 : PERCENT * bytes / of)
                .addKeyValue("megabytes", megabytes(bytes))
                .addKeyValue("of_megabytes", megabytes(of))
                .log("pulling");
    }

    static long megabytes(long bytes) {
        return bytes / 1_000_000;
    }
}
