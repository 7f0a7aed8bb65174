/**
 * What a process must know of the directory that it keeps its memory in, before and while it trusts
 * it: whose it is, whether it can be written down to the disk, how much room is left, and who else
 * uses it. Whatever is wrong is said in a sentence that tells what to do. The entry type is {@link
 * io.gantry.common.disk.DirectoryCheck}.
 */
@NullMarked
package io.gantry.common.disk;

import org.jspecify.annotations.NullMarked;
