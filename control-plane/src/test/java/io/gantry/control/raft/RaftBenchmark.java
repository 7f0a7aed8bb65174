package io.gantry.control.raft;

import io.gantry.common.check.Check;
import io.gantry.control.raft.RaftConfig.Peer;
import io.gantry.control.raft.RaftConfig.Timing;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Run on demand: three nodes in processes of their own on this machine, how many commands a second
 * they acknowledge, and how long writes stand still when the leader is killed.
 */
final class RaftBenchmark {
    private static final int NODES = 3;
    private static final int GAP_MILLIS = 2_500;

    private final Path directory;
    private final List<Peer> peers;
    private final String election;
    private final Map<Integer, Remote> remotes = new TreeMap<>();

    private RaftBenchmark(Path directory, String election) throws IOException {
        this.directory = directory;
        this.election = election;
        this.peers = Nodes.peers(NODES);
    }

    /**
     * Arguments, each of which may be missing: seconds for each row (5; 0 to leave them out), how
     * often the leader is killed (10), and the shortest and longest silence of a leader in
     * milliseconds ({@code 150-300}).
     */
    public static void main(String[] args) throws Exception {
        int seconds = args.length < 1 ? 5 : Integer.parseInt(args[0]);
        int kills = args.length < 2 ? 10 : Integer.parseInt(args[1]);
        String election =
                args.length < 3
                        ? "%d-%d"
                                .formatted(
                                        Timing.LAN.electionMin().toMillis(),
                                        Timing.LAN.electionMax().toMillis())
                        : args[2];
        var benchmark = new RaftBenchmark(Files.createTempDirectory("raft-benchmark"), election);
        try {
            benchmark.begin();
            if (seconds > 0) {
                benchmark.load(seconds);
            }
            benchmark.kill(kills);
        } finally {
            benchmark.remotes.values().forEach(Remote::kill);
        }
    }

    private record Remote(Process process, BufferedReader out) {

        String ask(String line) throws IOException {
            process.outputWriter(StandardCharsets.UTF_8).write(line + "\n");
            process.outputWriter(StandardCharsets.UTF_8).flush();
            for (String answer = out.readLine(); answer != null; answer = out.readLine()) {
                if (answer.startsWith(BenchmarkNode.ANSWER)) {
                    return answer.substring(BenchmarkNode.ANSWER.length());
                }
            }
            throw new IOException("process has ended");
        }

        boolean leading() {
            try {
                return ask("leading").equals("true");
            } catch (IOException ended) {
                return false;
            }
        }

        /** As {@code kill -9} does it. */
        void kill() {
            process.destroyForcibly().onExit().join();
        }
    }

    private void begin() throws IOException {
        for (int number = 1; number <= NODES; number++) {
            start(number);
        }
    }

    private void load(int seconds) throws IOException {
        remote(leader()).ask("load 512 " + 2 * seconds);
        for (int outstanding : List.of(1, 64, 512, 10_000)) {
            print("leader, %6d outstanding", outstanding, leader(), "load", seconds);
            print("other,  %6d outstanding", outstanding, other(), "load", seconds);
        }
        System.out.println(
                "read barrier, leader        " + remote(leader()).ask("read " + seconds));
        System.out.println("read barrier, other         " + remote(other()).ask("read " + seconds));
    }

    private void kill(int times) throws IOException, InterruptedException {
        var gaps = new ArrayList<Long>();
        for (int i = 0; i < times; i++) {
            gaps.add(kill());
        }
        gaps.sort(null);
        System.out.printf(
                "writes stand still after kill -9 of the leader: p50 %d ms, p99 %d ms, %d to %d%n",
                gaps.get(times / 2), gaps.get(times * 99 / 100), gaps.getFirst(), gaps.getLast());
    }

    private void print(String what, int outstanding, int number, String verb, int seconds)
            throws IOException {
        String answer = remote(number).ask(verb + ' ' + outstanding + ' ' + seconds);
        System.out.println(what.formatted(outstanding) + "  " + answer);
    }

    /** Kills the leader while another node writes. */
    private long kill() throws IOException, InterruptedException {
        int leader = leader();
        Remote writer = remote(other());
        writer.ask("gap 300");
        var killer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    remote(leader).kill();
                                });
        long gap = Long.parseLong(writer.ask("gap " + GAP_MILLIS));
        killer.join();
        start(leader);
        // Otherwise the next kill would leave one node that works.
        remote(leader).ask("read 1");
        return gap;
    }

    private void start(int number) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                BenchmarkNode.class.getName(),
                                "n" + number,
                                directory.resolve("n" + number).toString(),
                                election));
        peers.forEach(peer -> command.add(peer.id() + '=' + peer.address()));
        var process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        remotes.put(number, new Remote(process, process.inputReader(StandardCharsets.UTF_8)));
    }

    private Remote remote(int number) {
        return Check.present(remotes.get(number), number);
    }

    private int leader() {
        Awaiting.until("a leader", Duration.ofSeconds(30), () -> find(true) != 0);
        return find(true);
    }

    private int other() {
        return leader() % NODES + 1;
    }

    private int find(boolean leading) {
        for (Map.Entry<Integer, Remote> entry : remotes.entrySet()) {
            if (entry.getValue().leading() == leading) {
                return entry.getKey();
            }
        }
        return 0;
    }
}
