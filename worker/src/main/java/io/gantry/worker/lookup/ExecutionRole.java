package io.gantry.worker.lookup;

import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the keys of a task's execution role. */
final class ExecutionRole {
    private static final long LOOK_MILLIS = 100;

    private final Function<String, @Nullable RoleCredentials> pushed;
    private final Duration limit;

    ExecutionRole(Function<String, @Nullable RoleCredentials> pushed, Duration limit) {
        this.pushed = pushed;
        this.limit = limit;
    }

    /** A key as AWS' signature wants it. */
    record Key(String id, String secret, @Nullable String token) {
        private static @Nullable Key of(@Nullable RoleCredentials credentials) {
            if (credentials == null) {
                return null;
            }
            String id = credentials.accessKeyId();
            String secret = credentials.secretAccessKey();
            return id == null || secret == null
                    ? null
                    : new Key(id, secret, credentials.sessionToken());
        }

        @Override
        public String toString() {
            return "Key[" + id + ']';
        }
    }

    /** What was pushed last counts; null if the task has no such role or nobody sends its keys. */
    @Nullable Key of(AcsTask task) throws InterruptedException {
        RoleCredentials given = task.executionRoleCredentials();
        if (given == null) {
            return null;
        }
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Key latest = Key.of(pushed.apply(given.credentialsId()));
            Key key = latest == null ? Key.of(given) : latest;
            if (key != null || System.nanoTime() - end >= 0) {
                return key;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }
}
