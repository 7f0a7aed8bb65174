/**
 * What containers and operators may ask the worker on the spot: task metadata, statistics, role
 * credentials, task protection and introspection, as Amazon's agent serves them. {@link
 * io.gantry.worker.endpoints.EndpointServer} answers from the worker's latest state, and asks the
 * control plane only for tags and protection. The address that containers know is shared by all
 * workers of a machine.
 */
@NullMarked
package io.gantry.worker.endpoints;

import org.jspecify.annotations.NullMarked;
