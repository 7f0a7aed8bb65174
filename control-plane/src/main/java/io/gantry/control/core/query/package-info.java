/**
 * The cluster query language of ECS, in which placement constraints and filters say which machines
 * are meant. {@link io.gantry.control.core.query.Query} is a sentence of it that has been
 * understood and can be asked of a machine. Whatever cannot be understood is a {@link
 * io.gantry.control.core.query.QueryException} that says what is wrong and where.
 */
@NullMarked
package io.gantry.control.core.query;

import org.jspecify.annotations.NullMarked;
