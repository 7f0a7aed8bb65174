/**
 * What those who run an installation ask of it beyond the AWS APIs: members, leadership, snapshots.
 * Each question is a path under {@code /gantry/}, JSON in and out, signed like everything else; a
 * new one is an {@link io.gantry.control.operator.OperatorCall} in the map that is handed to {@link
 * io.gantry.control.operator.OperatorApi}.
 */
@NullMarked
package io.gantry.control.operator;

import org.jspecify.annotations.NullMarked;
