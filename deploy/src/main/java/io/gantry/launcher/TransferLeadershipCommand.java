package io.gantry.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Has another node lead. */
@Command(
        name = "transfer-leadership",
        description = {
            "Have another node of the control plane lead, as before the one that leads is serviced.",
            "Requests wait for a moment meanwhile; none fails."
        })
final class TransferLeadershipCommand implements Callable<Integer> {
    @Mixin private final RemoteOptions remote = new RemoteOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "NODE",
            description = "such as n2 (default: the one that is least behind)")
    private String node = "";

    @Override
    public Integer call() {
        new Membership(remote.open(), new Progress(System.out)).transfer(node);
        return 0;
    }
}
