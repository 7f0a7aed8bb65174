/**
 * What a worker must still know after a restart: who it is, and how far each task has come. Every
 * task is a file of its own, replaced as a whole and carrying a checksum, so that a crash costs at
 * most the newest step of one task. The entry type is {@link io.gantry.worker.journal.Journal}.
 */
@NullMarked
package io.gantry.worker.journal;

import org.jspecify.annotations.NullMarked;
