/**
 * The messages of the ECS agent protocol, both directions, as Amazon's own agent speaks it: {@link
 * io.gantry.common.acs.AcsMessage} for work, {@link io.gantry.common.acs.TcsMessage} for telemetry,
 * each with a codec. Record components are named as the members on the wire; an absent member is
 * null or an empty collection, and is left out again when it is written. One message is our own
 * extension: {@link io.gantry.common.acs.AcsMessage.GantryInventoryMessage} tells the control plane
 * right after each connect what a Gantry worker knows; Amazon's agent never sends it.
 */
@NullMarked
package io.gantry.common.acs;

import org.jspecify.annotations.NullMarked;
