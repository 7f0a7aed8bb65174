/**
 * What a service should do next. {@link io.gantry.control.core.reconcile.Reconciler} compares what
 * it wants with what it has and proposes the next step; {@link
 * io.gantry.control.core.reconcile.Census} is the count that both the proposal and its judgement
 * are made from.
 */
@NullMarked
package io.gantry.control.core.reconcile;

import org.jspecify.annotations.NullMarked;
