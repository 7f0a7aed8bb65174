/**
 * Words that both the control plane and the workers use: ids, names of resources, amounts.
 * Everything here is an immutable value without behaviour of its own beyond parsing and printing.
 * Start with {@link io.gantry.common.model.Arn}.
 */
@NullMarked
package io.gantry.common.model;

import org.jspecify.annotations.NullMarked;
