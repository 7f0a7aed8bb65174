package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;

/** The only code that makes a new {@link ClusterState}. */
public final class Transitions {

    private Transitions() {}

    /**
     * What a command makes of a state: a pure function, so that all nodes agree.
     *
     * @param proposedAtMillis the clock of the leader that appended the entry; one that is behind
     *     cannot move time backwards
     */
    public static Outcome apply(ClusterState before, Command command, long proposedAtMillis) {
        var edit = new Edit(before, proposedAtMillis);
        if (before.restored()) {
            Restoration.begin(edit);
        }
        return edit.outcome(reply(edit, command));
    }

    /** Does what a command says. */
    static Reply reply(Edit edit, Command command) {
        return switch (command) {
            case Command.FoundRealm found -> edit.found(found.realm());
            case Command.RaiseLevel raise -> edit.raise(raise.level());
            case Command.Tick() -> edit.deadlines().expire();
            case Command.CreateCluster create -> edit.clusters().create(create);
            case Command.DeleteCluster delete -> edit.clusters().delete(delete);
            case Command.RegisterTaskDefinition register ->
                    edit.taskDefinitions().register(register);
            case Command.DeregisterTaskDefinition deregister ->
                    edit.taskDefinitions().deregister(deregister);
            case Command.RunTasks run -> edit.tasks().run(run);
            case Command.StopTask stop -> edit.tasks().stop(stop);
            case Command.ObserveTasks observe -> edit.observations().observe(observe);
            case Command.RegisterWorker register -> edit.workers().register(register);
            case Command.DeregisterWorker deregister -> edit.workers().deregister(deregister);
            case Command.ConnectWorker connect -> edit.workers().connect(connect);
            case Command.DisconnectWorker disconnect -> edit.workers().disconnect(disconnect);
            case Command.ReconcileWorker reconcile -> edit.observations().reconcile(reconcile);
            case Command.CreateService create -> edit.services().create(create);
            case Command.UpdateService update -> edit.services().update(update);
            case Command.DeleteService delete -> edit.services().delete(delete);
            case Command.CommitPlan plan -> edit.services().plans().commit(plan);
            case Command.ProtectTasks protect -> edit.protections().protect(protect);
            case Command.SetWorkerStatus set -> edit.workers().setStatus(set);
            case Command.SetPolicy set -> edit.adopt(set.policy());
            case Command.LoseWorker lose -> new LossEdits(edit).lose(lose);
            case Command.StopServiceDeployment stop -> edit.services().releases().stop(stop);
            case Command.ContinueServiceDeployment go -> edit.services().releases().decide(go);
            case Command.ReportHook report -> edit.services().releases().report(report);
            case Command.PutAttributes put -> new AttributeEdits(edit).put(put);
            case Command.DeleteAttributes delete -> new AttributeEdits(edit).delete(delete);
            case Command.CreateCapacityProvider create -> edit.capacity().create(create);
            case Command.UpdateCapacityProvider update -> edit.capacity().update(update);
            case Command.DeleteCapacityProvider delete -> edit.capacity().delete(delete);
            case Command.SetClusterCapacity set -> edit.capacity().set(set);
            case Command.InterruptWorker interrupt -> edit.interruptions().begin(interrupt);
            case Command.CreateTaskSet create -> edit.services().taskSets().create(create);
            case Command.ScaleTaskSet scale -> edit.services().taskSets().scale(scale);
            case Command.LeadTaskSet lead -> edit.services().taskSets().lead(lead);
            case Command.DeleteTaskSet delete -> edit.services().taskSets().delete(delete);
            case Command.TagResource tag -> new TagEdits(edit).tag(tag);
            case Command.UntagResource untag -> new TagEdits(edit).untag(untag);
            case Command.UpdateCluster update -> edit.clusters().update(update);
            case Command.DeleteTaskDefinitions delete -> edit.taskDefinitions().delete(delete);
            case Command.PutAccountSetting put -> new AccountEdits(edit).put(put);
            case Command.DeleteAccountSetting delete -> new AccountEdits(edit).delete(delete);
            case Command.RunJobs run -> edit.jobs().run(run);
            case Command.PlaceJobs place -> edit.jobs().place(place);
            case Command.RegisterDaemonTaskDefinition register ->
                    edit.managedDefinitions().register(register);
            case Command.DeleteDaemonTaskDefinition delete ->
                    edit.managedDefinitions().delete(delete);
            case Command.CreateDaemon create -> edit.managed().create(create);
            case Command.UpdateDaemon update -> edit.managed().update(update);
            case Command.DeleteDaemon delete -> edit.managed().delete(delete);
            case Command.AdvanceDaemon advance -> new ManagedSteps(edit).advance(advance);
            case Command.MakeRoom make -> new EvictionEdits(edit).make(make);
            case Command.DrainWorker drain -> edit.drains().begin(drain);
            case Command.Once once -> new CallEdits(edit).once(once);
        };
    }
}
