/**
 * The operations of the ECS API, and the one of STS that clients ask first. Handlers run on virtual
 * threads and read top to bottom: check the request, commit a command, describe what came of it.
 * Start with {@link io.gantry.control.api.EcsApi}.
 */
@NullMarked
package io.gantry.control.api;

import org.jspecify.annotations.NullMarked;
