/**
 * The temporary keys of the roles that tasks have. They are derived from the installation's root
 * secret and carry all that is known of them in their session token, so any node can make and check
 * them and none remembers any. Start with {@link io.gantry.control.roles.RoleKeys}.
 */
@NullMarked
package io.gantry.control.roles;

import org.jspecify.annotations.NullMarked;
