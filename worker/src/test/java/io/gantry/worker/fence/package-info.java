/** Tests of leases, on files and processes of this machine. */
@NullMarked
package io.gantry.worker.fence;

import org.jspecify.annotations.NullMarked;
