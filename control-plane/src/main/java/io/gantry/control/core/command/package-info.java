/**
 * Everything that the replicated log may contain, and what a submitter learns once it is applied.
 * Time, ids and choices are made before a command is proposed and travel inside it. Start with
 * {@link io.gantry.control.core.command.Command}.
 */
@NullMarked
package io.gantry.control.core.command;

import org.jspecify.annotations.NullMarked;
