package io.gantry.control.raft;

import io.gantry.common.check.Check;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import java.util.HashMap;
import java.util.Map;

/**
 * The names by which records are told apart in the log, for ever: a class may be renamed, its name
 * here may not, and no name is ever given out again.
 */
final class Kinds<T> {
    static final Kinds<Command> COMMANDS =
            new Kinds<Command>()
                    .add("found", Command.FoundRealm.class)
                    .add("tick", Command.Tick.class)
                    .add("level", Command.RaiseLevel.class)
                    .add("cluster+", Command.CreateCluster.class)
                    .add("cluster-", Command.DeleteCluster.class)
                    .add("taskdef+", Command.RegisterTaskDefinition.class)
                    .add("taskdef-", Command.DeregisterTaskDefinition.class)
                    .add("run", Command.RunTasks.class)
                    .add("stop", Command.StopTask.class)
                    .add("observe", Command.ObserveTasks.class)
                    .add("worker+", Command.RegisterWorker.class)
                    .add("worker-", Command.DeregisterWorker.class)
                    .add("connect", Command.ConnectWorker.class)
                    .add("disconnect", Command.DisconnectWorker.class)
                    .add("reconcile", Command.ReconcileWorker.class)
                    .add("service+", Command.CreateService.class)
                    .add("service=", Command.UpdateService.class)
                    .add("service-", Command.DeleteService.class)
                    .add("plan", Command.CommitPlan.class)
                    .add("protect", Command.ProtectTasks.class)
                    .add("worker=", Command.SetWorkerStatus.class)
                    .add("policy", Command.SetPolicy.class)
                    .add("lost", Command.LoseWorker.class)
                    .add("attributes+", Command.PutAttributes.class)
                    .add("attributes-", Command.DeleteAttributes.class)
                    .add("once", Command.Once.class)
                    .add("rollout!", Command.StopServiceDeployment.class)
                    .add("rollout+", Command.ContinueServiceDeployment.class)
                    .add("hook", Command.ReportHook.class)
                    .add("provider+", Command.CreateCapacityProvider.class)
                    .add("provider=", Command.UpdateCapacityProvider.class)
                    .add("provider-", Command.DeleteCapacityProvider.class)
                    .add("capacity", Command.SetClusterCapacity.class)
                    .add("interrupt", Command.InterruptWorker.class)
                    .add("taskset+", Command.CreateTaskSet.class)
                    .add("taskset=", Command.ScaleTaskSet.class)
                    .add("taskset!", Command.LeadTaskSet.class)
                    .add("taskset-", Command.DeleteTaskSet.class)
                    .add("tags+", Command.TagResource.class)
                    .add("tags-", Command.UntagResource.class)
                    .add("cluster=", Command.UpdateCluster.class)
                    .add("taskdef!", Command.DeleteTaskDefinitions.class)
                    .add("account+", Command.PutAccountSetting.class)
                    .add("account-", Command.DeleteAccountSetting.class)
                    .add("jobs+", Command.RunJobs.class)
                    .add("jobs!", Command.PlaceJobs.class)
                    .add("daemondef+", Command.RegisterDaemonTaskDefinition.class)
                    .add("daemondef-", Command.DeleteDaemonTaskDefinition.class)
                    .add("daemon+", Command.CreateDaemon.class)
                    .add("daemon=", Command.UpdateDaemon.class)
                    .add("daemon-", Command.DeleteDaemon.class)
                    .add("daemon!", Command.AdvanceDaemon.class)
                    .add("room", Command.MakeRoom.class)
                    .add("drain", Command.DrainWorker.class);

    static final Kinds<Reply> REPLIES =
            new Kinds<Reply>()
                    .add("done", Reply.Done.class)
                    .add("registered", Reply.Registered.class)
                    .add("worker", Reply.WorkerRegistered.class)
                    .add("conflict", Reply.Conflict.class)
                    .add("connected", Reply.Connected.class)
                    .add("started", Reply.Started.class)
                    .add("refused", Reply.Refused.class)
                    .add("protected", Reply.Protected.class)
                    .add("taskset", Reply.TaskSetMade.class);

    private final Map<String, Class<? extends T>> types = new HashMap<>();
    private final Map<Class<?>, String> names = new HashMap<>();
    private final Map<Class<?>, Integer> levels = new HashMap<>();

    Kinds() {}

    private Kinds<T> add(String name, Class<? extends T> type) {
        return add(name, type, 1);
    }

    /**
     * Adds a kind.
     *
     * @param level feature level from which on it may enter the log
     */
    Kinds<T> add(String name, Class<? extends T> type, int level) {
        levels.put(type, level);
        Check.that(types.put(name, type) == null, name);
        Check.that(names.put(type, name) == null, type);
        return this;
    }

    int levelOf(Class<?> type) {
        return Check.present(levels.get(type), type);
    }

    String nameOf(Class<?> type) {
        return Check.present(names.get(type), type);
    }

    /**
     * The class of that name.
     *
     * @throws UndecodableException if there is none in this release
     */
    Class<? extends T> typeOf(String name) {
        Class<? extends T> type = types.get(name);
        if (type == null) {
            throw new UndecodableException("unknown kind in the log: " + name);
        }
        return type;
    }
}
