/**
 * Tests of the operations as clients see them: the SDK's own client, the real dispatcher and the
 * real core, with nothing but the network and the replication left out. Start with {@link
 * io.gantry.control.api.Office}.
 */
@NullMarked
package io.gantry.control.api;

import org.jspecify.annotations.NullMarked;
