package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Does faults and undoes them. A fault is written down before it is done and crossed out once it is
 * undone, and undoing it twice does no harm; so faults end however the command ends.
 */
final class Faults {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Session session;
    private final FaultJournal journal;
    private final NetworkCut network;
    private boolean closed;

    Faults(Session session) {
        this.session = session;
        Layout layout = session.installation().layout();
        journal = new FaultJournal(layout);
        network = new NetworkCut(session);
    }

    /** Says why a fault cannot be done to these, before anything is done. */
    void check(Fault fault, List<Member> members) {
        members.forEach(this::process);
        switch (fault) {
            case Fault.Kill _, Fault.Pause _ -> {}
            case Fault.Partition partition -> network.check(members, partition);
            case Fault.SlowDisk _ -> SlowDisk.check();
            case Fault.ClockSkew _ ->
                    members.forEach(member -> ClockFile.check(member, process(member)));
        }
    }

    /**
     * Does it; all that was done is undone if a part fails.
     *
     * @param planned how long it is to last, for those who look at it
     */
    synchronized void inject(Fault fault, List<Member> members, Duration planned) {
        if (closed) {
            throw new Failure("Interrupted.");
        }
        check(fault, members);
        try {
            if (fault instanceof Fault.Partition partition) {
                journal.write(record(fault, members, planned));
                network.cut(members, partition);
            } else {
                for (Member member : members) {
                    inject(fault, member, record(fault, List.of(member), planned));
                }
            }
        } catch (Failure refused) {
            heal(true);
            throw refused;
        }
    }

    private ActiveFault record(Fault fault, List<Member> members, Duration planned) {
        return new ActiveFault(
                fault.kind(),
                members.stream().map(Member::name).toList(),
                fault.text(),
                System.currentTimeMillis(),
                planned.toMillis(),
                null);
    }

    private void inject(Fault fault, Member member, ActiveFault record) {
        ProcessId process = process(member);
        journal.write(record.by(process));
        switch (fault) {
            case Fault.Kill _ -> process.kill();
            case Fault.Pause _ -> signal("STOP", process);
            case Fault.SlowDisk slow -> {
                Path output = words(member);
                ProcessId tracer = SlowDisk.start(process, slow.delay(), output);
                SlowDisk.awaitAttached(process, tracer, output);
            }
            case Fault.ClockSkew skew -> ClockFile.write(file(member), skew.by());
            case Fault.Partition _ -> throw new AssertionError("done to all at once");
        }
    }

    private ProcessId process(Member member) {
        ProcessId process = session.supervisor().find(member);
        if (process == null) {
            throw new Failure(member.name() + " does not run.");
        }
        return process;
    }

    /** To the process and its children, but not to tasks, which have sessions of their own. */
    private static void signal(String signal, ProcessId process) {
        Tool.run("", List.of("sh", "-c", "kill -s %s -- -%d".formatted(signal, process.pid())));
    }

    /** What the tracer of a process says. */
    private Path words(Member member) {
        return session.installation().layout().faults().resolve(member.name() + ".strace");
    }

    private Path file(Member member) {
        return session.installation().layout().clockOffset(member);
    }

    /** Undoes what there is, and does nothing new from now on. */
    synchronized void close() {
        closed = true;
        heal(true);
    }

    /**
     * Undoes all faults, also those of others; tries all of them before it complains.
     *
     * @param restart whether processes that were killed are started again
     * @return those that were undone
     */
    synchronized List<ActiveFault> heal(boolean restart) {
        List<ActiveFault> faults = journal.active();
        var complaints = new ArrayList<String>();
        for (ActiveFault fault : faults) {
            try {
                undo(fault, restart);
                journal.remove(fault);
            } catch (Failure refused) {
                complaints.add(
                        "%s of %s could not be undone: %s"
                                .formatted(
                                        fault.text(),
                                        String.join(", ", fault.members()),
                                        refused.getMessage()));
            }
        }
        if (!complaints.isEmpty()) {
            complaints.add("\"gantry chaos heal\" tries again.");
            throw new Failure(String.join(System.lineSeparator(), complaints));
        }
        return faults;
    }

    private void undo(ActiveFault fault, boolean restart) {
        ProcessId process = fault.process() == null ? null : ProcessId.parse(fault.process());
        switch (fault.kind()) {
            case KILL -> {
                if (process != null && Patience.await(LIMIT, () -> gone(process)) == null) {
                    throw new Failure("pid %d does not die".formatted(process.pid()));
                }
                if (restart) {
                    fault.members().forEach(this::restart);
                }
            }
            case PAUSE -> {
                if (process != null && process.runs()) {
                    signal("CONT", process);
                }
            }
            case PARTITION -> network.restore();
            case SLOW_DISK -> {
                if (process != null) {
                    SlowDisk.release(process);
                }
                fault.members().forEach(name -> remove(words(member(name))));
            }
            case CLOCK_SKEW -> fault.members().forEach(name -> remove(file(member(name))));
        }
    }

    private static @Nullable Boolean gone(ProcessId process) {
        return process.runs() ? null : Boolean.TRUE;
    }

    private void restart(String name) {
        Member member = member(name);
        if (session.supervisor().find(member) == null) {
            session.supervisor().start(member);
        }
    }

    private Member member(String name) {
        return session.installation().member(name);
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException refused) {
            throw new Failure("Cannot delete %s: %s".formatted(file, refused), refused);
        }
    }
}
