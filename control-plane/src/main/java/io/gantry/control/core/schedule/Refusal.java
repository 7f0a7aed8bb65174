package io.gantry.control.core.schedule;

import io.gantry.common.model.WorkerId;

/** Why a worker was not chosen. */
public record Refusal(WorkerId worker, Reason reason) {

    /** Reasons from the least to the most nearly satisfied, which is the order of checking. */
    public enum Reason {
        INACTIVE("INACTIVE", "is not active"),
        AGENT("AGENT", "encountered error \"AGENT\""),
        ATTRIBUTE("ATTRIBUTE", "is missing an attribute required by your task"),
        DAEMON("DAEMON", "does not run all of its daemons yet"),
        CONSTRAINT(
                "MemberOf placement constraint unsatisfied.",
                "does not meet the placement constraints"),
        DISTINCT_INSTANCE(
                "DistinctInstance placement constraint unsatisfied.",
                "already runs a task of the group"),
        PORTS("RESOURCE:PORTS", "is already using a port required by your task"),
        MEMORY("RESOURCE:MEMORY", "has insufficient memory available"),
        CPU("RESOURCE:CPU", "has insufficient CPU units available"),
        GPU("RESOURCE:GPU", "has insufficient GPUs available");

        private final String code;
        private final String sentence;

        Reason(String code, String sentence) {
            this.code = code;
            this.sentence = sentence;
        }

        /** As in the {@code failures} of RunTask. */
        public String code() {
            return code;
        }

        /** As in service events, after the name of the instance. */
        public String sentence() {
            return sentence;
        }
    }
}
