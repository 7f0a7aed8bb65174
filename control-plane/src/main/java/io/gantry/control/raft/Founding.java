package io.gantry.control.raft;

import io.gantry.common.disk.DiskException;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node with an empty directory from voting until it is certain that it has never voted. If
 * its directory was emptied, it has forgotten what it acknowledged, and with another that never had
 * it could elect a leader who lacks it. So all founders must have been up once at the same time;
 * each notes the incarnations of all, and one that finds itself unknown to a group is refused. Runs
 * on the loop.
 */
final class Founding {
    private static final Logger log = LoggerFactory.getLogger(Founding.class);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(50);
    private static final Duration BETWEEN_WORDS = Duration.ofSeconds(10);
    private static final long BOUND_MILLIS = 1_000;

    private final Group group;
    private final PeerLink link;
    private final FounderFiles files;
    private final PromiseGate gate;
    private final Clock clock;
    private final Timers loop;
    private final Consumer<Throwable> failed;
    private final Map<String, Founder> answers = new TreeMap<>();
    private volatile boolean closed;
    private long wordNanos;

    /**
     * A founding that has not begun.
     *
     * @param gate that is shut, and opened when this node may take part
     * @param failed is told if it must not
     */
    Founding(
            Group group,
            PeerLink link,
            FounderFiles files,
            PromiseGate gate,
            Clock clock,
            Timers loop,
            Consumer<Throwable> failed) {
        this.group = group;
        this.link = link;
        this.files = files;
        this.gate = gate;
        this.clock = clock;
        this.loop = loop;
        this.failed = failed;
    }

    void start() {
        wordNanos = clock.nanoTime() + BETWEEN_WORDS.toNanos();
        loop.run(this::ask);
    }

    void close() {
        closed = true;
    }

    private void ask() {
        if (closed) {
            return;
        }
        var calls = new ArrayList<CompletableFuture<?>>();
        for (RaftPeer other : others()) {
            calls.add(ask(other));
        }
        var _ =
                CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                        .thenRun(() -> loop.run(this::judge));
    }

    private List<RaftPeer> others() {
        return group.members().others(group.self());
    }

    /** What was heard once counts: whoever is blank founds with those who were there. */
    private CompletableFuture<?> ask(RaftPeer other) {
        String id = other.getId().toString();
        return link.send(group.ask(other.getId(), Founder.QUESTION))
                .orTimeout(BOUND_MILLIS, TimeUnit.MILLISECONDS)
                .handle(
                        (RaftClientReply reply, Throwable failure) -> {
                            if (failure != null) {
                                link.reset(other.getId());
                            } else if (reply.isSuccess()) {
                                Founder founder = Founder.of(reply.getMessage());
                                loop.run(() -> answers.put(id, founder));
                            }
                            return id;
                        });
    }

    private void judge() {
        if (closed) {
            return;
        }
        try {
            String self = group.self().toString();
            Founder own = files.read();
            for (var answer : answers.entrySet()) {
                if (answer.getValue().hasForgotten(self, own.incarnation())) {
                    failed.accept(forgotten(self, answer.getKey()));
                    return;
                }
            }
            List<String> silent =
                    others().stream()
                            .map(other -> other.getId().toString())
                            .filter(id -> !answers.containsKey(id))
                            .toList();
            if (silent.isEmpty()) {
                found(self, own);
            } else {
                say(silent);
                loop.after(BETWEEN_QUESTIONS, this::ask);
            }
        } catch (IOException refused) {
            failed.accept(refused);
        }
    }

    private void found(String self, Founder own) throws IOException {
        var incarnations = new TreeMap<String, String>();
        answers.forEach((id, founder) -> incarnations.put(id, founder.incarnation()));
        incarnations.put(self, own.incarnation());
        files.note(incarnations);
        gate.open();
        log.atInfo()
                .addKeyValue("node", self)
                .addKeyValue("founders", incarnations.keySet())
                .log("this node is new, and founds a control plane with others that are");
    }

    private void say(List<String> silent) {
        if (clock.nanoTime() - wordNanos >= 0) {
            wordNanos = clock.nanoTime() + BETWEEN_WORDS.toNanos();
            log.atWarn()
                    .addKeyValue("node", group.self())
                    .addKeyValue("silent", silent)
                    .log(
                            "this node is new and waits: all nodes of a control plane must be up once to found it, lest one of them has been in it before");
        }
    }

    private static DiskException forgotten(String self, String member) {
        return new DiskException(
                ("the data directory of %s is empty, but %s belongs to a control plane already. If %1$s has been in it, what it"
                                + " acknowledged is lost and it must not vote: replace it (gantry members replace %1$s ...). To found a new"
                                + " control plane instead, empty the data directories of all nodes")
                        .formatted(self, member));
    }
}
