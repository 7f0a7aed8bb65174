package io.gantry.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** Lists and changes the nodes of a control plane. */
@Command(
        name = "members",
        description = {
            "List, add, remove or replace nodes of the control plane while it works.",
            "Of the installation of this machine, processes are started and stopped too."
        },
        subcommands = {
            MembersCommand.ListMembers.class,
            MembersCommand.Add.class,
            MembersCommand.Remove.class,
            MembersCommand.Replace.class
        })
final class MembersCommand implements Runnable {
    @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "Which one: list, add, remove or replace?");
    }

    /** An id, and an address if the node is not to be one of this machine's installation. */
    private record Newcomer(String id, String address) {
        static Newcomer parse(String text) {
            int equals = text.indexOf('=');
            return equals < 0
                    ? new Newcomer(text, "")
                    : new Newcomer(text.substring(0, equals), text.substring(equals + 1));
        }

        boolean isLocal() {
            return address.isEmpty();
        }
    }

    private static LocalMembers local(RemoteOptions remote, Progress progress, String id) {
        if (remote.elsewhere()) {
            throw new Failure(
                    "Where is %s? Start it there with the setting join, and name it as %s=HOST:PORT."
                            .formatted(id, id));
        }
        return new LocalMembers(remote.layout(), progress);
    }

    /** Whether the node is one of this machine's. */
    private static boolean isLocal(RemoteOptions remote, String id) {
        return !remote.elsewhere()
                && Installation.exists(remote.layout())
                && Installation.open(remote.layout()).names().contains(id);
    }

    /** Who is in it. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Show the nodes, who leads, who is up and how far behind each is.")
    static final class ListMembers implements Callable<Integer> {
        @Mixin private final RemoteOptions remote = new RemoteOptions();

        @Override
        public Integer call() {
            System.out.print(new Membership(remote.open(), new Progress(System.out)).table());
            return 0;
        }
    }

    /** One more. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = {
                "Make a node a member. It is sent all data first, and counts once it has caught"
                        + " up.",
                "It must have been started with the settings node-id, address and join; a node of"
                        + " this machine's installation is named without an address, such as n4,"
                        + " and started by this command."
            })
    static final class Add implements Callable<Integer> {
        @Mixin private final RemoteOptions remote = new RemoteOptions();

        @Parameters(paramLabel = "ID[=HOST[:PORT]]", description = "such as n4=10.0.0.4:8700")
        private String newcomer = "";

        @Override
        public Integer call() {
            Newcomer node = Newcomer.parse(newcomer);
            var progress = new Progress(System.out);
            if (node.isLocal()) {
                local(remote, progress, node.id()).add(node.id());
            } else {
                new Membership(remote.open(), progress).add(node.id(), node.address());
            }
            return 0;
        }
    }

    /** One less. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = {
                "Make a node no member any more. Leadership is handed over first if it leads.",
                "Its process ends by itself; its data is of no use then."
            })
    static final class Remove implements Callable<Integer> {
        @Mixin private final RemoteOptions remote = new RemoteOptions();

        @Parameters(paramLabel = "ID", description = "such as n4")
        private String id = "";

        @Override
        public Integer call() {
            var progress = new Progress(System.out);
            if (isLocal(remote, id)) {
                local(remote, progress, id).remove(id);
            } else {
                new Membership(remote.open(), progress).remove(id);
            }
            return 0;
        }
    }

    /** One for another. */
    @Command(
            name = "replace",
            mixinStandardHelpOptions = true,
            description = {
                "Put a node in place of another, which may be lost; also when a node moves to"
                        + " another address.",
                "The new one has an id of its own and is started as for \"members add\"."
            })
    static final class Replace implements Callable<Integer> {
        @Mixin private final RemoteOptions remote = new RemoteOptions();

        @Parameters(index = "0", paramLabel = "OLD", description = "such as n2")
        private String old = "";

        @Parameters(
                index = "1",
                paramLabel = "NEW[=HOST[:PORT]]",
                description = "such as n4=10.0.0.4:8700")
        private String newcomer = "";

        @Override
        public Integer call() {
            Newcomer node = Newcomer.parse(newcomer);
            var progress = new Progress(System.out);
            if (node.isLocal()) {
                local(remote, progress, node.id()).replace(old, node.id());
            } else {
                new Membership(remote.open(), progress).replace(old, node.id(), node.address());
            }
            return 0;
        }
    }
}
