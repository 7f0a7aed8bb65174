/**
 * Everything the cluster has agreed on, as immutable values. Rows are compact records of ours; what
 * is only stored and echoed (task definitions, the configuration of a service) is kept whole as the
 * SDK's own model classes. Start with {@link io.gantry.control.core.state.ClusterState}.
 */
@NullMarked
package io.gantry.control.core.state;

import org.jspecify.annotations.NullMarked;
