/**
 * What containers and operators may ask the worker on the spot: task metadata, role credentials and
 * introspection, as Amazon's agent serves them. {@link io.gantry.worker.endpoints.EndpointServer}
 * answers from the worker's latest state and never asks anybody else.
 */
@NullMarked
package io.gantry.worker.endpoints;

import org.jspecify.annotations.NullMarked;
