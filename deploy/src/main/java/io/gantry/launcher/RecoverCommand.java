package io.gantry.launcher;

import io.gantry.common.config.Settings;
import io.gantry.control.ControlPlaneConfig;
import io.gantry.control.raft.RaftConfig;
import io.gantry.control.raft.Recovery;
import io.gantry.control.raft.Recovery.Findings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Begins a new control plane with what one node has of one that lost its majority for good. */
@Command(
        name = "recover",
        description = {
            "When most nodes of a control plane are lost for good: make what one survivor has the"
                    + " beginning of a new one, of which it is the only node.",
            "Run it on each survivor first, without accepting anything, and recover the one whose"
                    + " last entry has the greatest term, then index. Acknowledged writes that only"
                    + " the lost nodes had are gone.",
            "The node must be stopped. Afterwards start it, and add new nodes with \"gantry members"
                    + " add\"."
        })
final class RecoverCommand implements Callable<Integer> {
    private static final String WORD = "recover";

    @Mixin private final HomeOption home = new HomeOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "NODE",
            description = "of the installation of this machine, such as n1")
    private @Nullable String name;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "settings of the node, if it is none of this machine's installation")
    private @Nullable Path config;

    @Option(
            names = "--compare",
            paramLabel = "WHERE",
            split = ",",
            description =
                    "another survivor: its data directory, or host:port if it runs; refuses to"
                            + " recover from a node that has less")
    private List<String> compare = new ArrayList<>();

    @Option(
            names = "--yes-i-accept-data-loss",
            description = "do it without asking for the word \"" + WORD + "\"")
    private boolean accepted;

    @Override
    public Integer call() {
        Layout layout = home.layout();
        if (name == null) {
            recover(Settings.of(config, System.getenv()), compare, () -> {});
            return 0;
        }
        String chosen = name;
        Exclusive.run(layout, () -> recoverHere(layout, chosen));
        return 0;
    }

    /** The other nodes of this machine are compared too, and make room for new ones. */
    private void recoverHere(Layout layout, String chosen) {
        Installation installation = Installation.open(layout);
        Member node = installation.member(chosen);
        List<Member> others =
                installation.controlPlane().stream()
                        .filter(member -> !member.equals(node))
                        .toList();
        var supervisor = new Supervisor(layout, Distribution.own());
        var everyone = new ArrayList<>(compare);
        for (Member other : others) {
            everyone.add(
                    supervisor.find(other) == null
                            ? layout.data(other).toString()
                            : Member.HOST + ':' + other.port());
        }
        Runnable after =
                () -> {
                    for (Member other : others) {
                        if (supervisor.find(other) != null) {
                            throw new Failure(
                                    "%s runs still; stop it first (gantry kill %s)."
                                            .formatted(other.name(), other.name()));
                        }
                    }
                };
        Settings settings = Settings.of(layout.config(node), Map.of());
        recover(settings, everyone, after);
        others.forEach(other -> layout.putAside(other, ".lost-" + System.currentTimeMillis()));
        Installation left = installation.only(chosen);
        left.save();
        WorkerEndpoints.follow(left, supervisor, new Progress(System.out));
        System.out.println(
                "\"gantry up\" starts it; \"gantry members add n2\" and so on give it company"
                        + " again.");
    }

    private void recover(Settings settings, List<String> survivors, Runnable before) {
        ControlPlaneConfig node = ControlPlaneConfig.from(settings);
        var report = new RecoveryReport(System.out);
        try (Recovery recovery = Recovery.open(node.dataDirectory())) {
            Findings here = recovery.findings();
            report.print(node.node(), node.dataDirectory().toString(), here);
            survivors.forEach(where -> report.compare(here, where));
            report.warn(node.node(), here);
            before.run();
            if (!accepted && !asked()) {
                throw new Failure("Nothing was changed.");
            }
            ControlPlaneConfig.Peer self = node.self();
            Path aside =
                    recovery.found(new RaftConfig.Peer(self.id(), self.host(), self.raftPort()));
            System.out.printf(
                    "%n%s is the only node of a new control plane now. The old log is in %s.%n",
                    node.node(), aside);
        } catch (IOException refused) {
            throw new Failure("Cannot recover: " + refused.getMessage() + '.', refused);
        }
    }

    private static boolean asked() {
        System.out.printf("%nType the word \"%s\" to accept this: ", WORD);
        System.out.flush();
        try {
            var in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            String line = in.readLine();
            return line != null && line.strip().equals(WORD);
        } catch (IOException closed) {
            return false;
        }
    }
}
