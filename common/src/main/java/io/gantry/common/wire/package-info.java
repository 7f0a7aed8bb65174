/**
 * The protocols of the AWS APIs, spoken over the model classes that the AWS SDK generates. Requests
 * are authenticated, read in whichever protocol the client chose, checked against the model and
 * answered in kind; the same codec writes model objects into the log and the snapshots. Start with
 * {@link io.gantry.common.wire.Dispatcher}.
 */
@NullMarked
package io.gantry.common.wire;

import org.jspecify.annotations.NullMarked;
