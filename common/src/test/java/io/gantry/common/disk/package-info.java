/** Tests of what a process must know of its directory, with disks that really are full. */
@NullMarked
package io.gantry.common.disk;

import org.jspecify.annotations.NullMarked;
