/**
 * The command line of Gantry: runs one process in the foreground, or keeps a whole installation on
 * this machine, each of its nodes and workers as a process of its own. What it knows of a running
 * installation it reads from its files, from the nodes' status pages and through the public API.
 * Start with {@link io.gantry.launcher.Main}.
 */
@NullMarked
package io.gantry.launcher;

import org.jspecify.annotations.NullMarked;
