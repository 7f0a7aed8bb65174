package io.gantry.control.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobTags;
import io.gantry.control.core.state.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs of two queues and none, on machines that come and go, until all work is done. */
class JobPropertyTest {
    private static final int STEPS = 400;
    private static final int MOST_AT_ONCE = 2;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void queuesKeepTheirOrderAndTheirLimitsAndNothingIsLostOrDoubled(long seed) {
        var user = new User(seed);
        for (int i = 0; i < STEPS; i++) {
            user.step();
            user.assertQueues();
        }
        user.finish();
        user.assertEachRunAccountedFor();
    }

    private static final class User {
        private final Shift shift;
        private final Lab lab;
        private final List<WorkerId> workers = new ArrayList<>();
        private final List<TaskId> asked = new ArrayList<>();
        private final Set<TaskId> failed = new HashSet<>();
        private final Set<TaskId> cancelled = new HashSet<>();

        User(long seed) {
            shift = new Shift(seed);
            lab = shift.lab;
        }

        void step() {
            switch (lab.random.nextInt(10)) {
                case 0 -> workers.add(shift.worker(1 + lab.random.nextInt(3)));
                case 1 -> leave();
                case 2, 3, 4 -> ask();
                case 5, 6 -> end(lab.random.nextInt(3));
                case 7 -> cancel();
                case 8 -> shift.pass(Duration.ofSeconds(lab.random.nextInt(30)));
                default -> place();
            }
        }

        private void ask() {
            String queue = lab.random.nextBoolean() ? "gantry:queue=a:2" : "gantry:queue=b:2";
            boolean queued = lab.random.nextInt(3) > 0;
            String[] tags = {
                queued ? queue : "gantry:wait-for-capacity=7d", "gantry:retries=2", "n=1"
            };
            asked.addAll(
                    Shift.started(shift.run(shift.ask(tags), 1 + lab.random.nextInt(3), null)));
        }

        private void leave() {
            if (!workers.isEmpty()) {
                WorkerId gone = workers.remove(lab.random.nextInt(workers.size()));
                alive().stream()
                        .filter(task -> task.worker().equals(gone) && task.wanted())
                        .map(Task::id)
                        .forEach(failed::add);
                lab.apply(new Command.DeregisterWorker(gone, true));
            }
        }

        private void end(int exitCode) {
            List<Task> alive = alive();
            if (!alive.isEmpty()) {
                Task task = alive.get(lab.random.nextInt(alive.size()));
                if (exitCode != 0 && task.wanted()) {
                    failed.add(task.id());
                }
                shift.runs(task.id());
                shift.ends(task.id(), exitCode);
            }
        }

        private void cancel() {
            List<Job> all = lab.state().jobs().rows().values().toList();
            if (!all.isEmpty() && lab.random.nextInt(3) == 0) {
                TaskId task = all.get(lab.random.nextInt(all.size())).id();
                cancelled.add(task);
                shift.stop(task);
            }
        }

        /** Of a queue those are placed that came first, of all that may be. */
        private void place() {
            List<Job> before = due();
            Set<TaskId> placed = new HashSet<>(shift.place());
            for (String queue : List.of("a", "b")) {
                List<Job> own = before.stream().filter(job -> isOf(job, queue)).toList();
                long count = own.stream().filter(job -> placed.contains(job.id())).count();
                assertThat(own.subList(0, (int) count)).allMatch(job -> placed.contains(job.id()));
            }
        }

        private List<Job> due() {
            return shift.waiting().stream()
                    .filter(job -> job.isDue(lab.state().nowMillis()))
                    .toList();
        }

        private static boolean isOf(Job job, String name) {
            JobTags.Queue queue = job.queue();
            return queue != null && queue.name().equals(name);
        }

        private List<Task> alive() {
            return lab.state().aliveIn(Lab.CLUSTER).toList();
        }

        void assertQueues() {
            for (String queue : List.of("a", "b")) {
                assertThat(
                                alive().stream()
                                        .filter(
                                                task ->
                                                        Shift.tag(task, "gantry:queue")
                                                                .startsWith(queue + ':'))
                                        .count())
                        .isLessThanOrEqualTo(MOST_AT_ONCE);
            }
        }

        /** With room for all, everything ends. */
        void finish() {
            workers.add(shift.worker(20));
            for (int i = 0; i < 1_000 && !isDone(); i++) {
                shift.pass(Duration.ofSeconds(5));
                place();
                alive().forEach(task -> shift.ends(task.id(), 0));
            }
            assertThat(isDone()).isTrue();
        }

        private boolean isDone() {
            return shift.waiting().isEmpty() && alive().isEmpty();
        }

        /** Each failed run, but for the last allowed one, was followed by exactly one other. */
        void assertEachRunAccountedFor() {
            List<Task> all = new ArrayList<>(lab.state().tasks().values().toList());
            lab.state().jobs().rows().values().map(Job::shown).forEach(all::add);
            List<String> repeated =
                    all.stream()
                            .map(task -> Shift.tag(task, JobTags.RETRY_OF))
                            .filter(id -> !id.isEmpty())
                            .toList();
            assertThat(repeated).doesNotHaveDuplicates();
            List<String> expected =
                    all.stream()
                            .filter(task -> failed.contains(task.id()))
                            .filter(task -> !cancelled.contains(task.id()))
                            .filter(task -> !Shift.tag(task, JobTags.ATTEMPT).equals("3"))
                            .map(task -> task.id().toString())
                            .toList();
            assertThat(repeated).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(all).extracting(Task::id).containsAll(asked);
        }
    }
}
