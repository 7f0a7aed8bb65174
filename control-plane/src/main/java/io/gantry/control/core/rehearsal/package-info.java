/**
 * What would happen. {@link io.gantry.control.core.rehearsal.Rehearsal} plays a command and what
 * follows from it on a copy of the state, with the planner, the reconciler and the transitions that
 * would do it in earnest, and with agents that do as they are told. Nothing is changed.
 */
@NullMarked
package io.gantry.control.core.rehearsal;

import org.jspecify.annotations.NullMarked;
