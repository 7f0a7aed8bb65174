package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command.DeleteAccountSetting;
import io.gantry.control.core.command.Command.PutAccountSetting;
import io.gantry.control.core.command.Reply;

/** Changes to the settings of the account. */
final class AccountEdits {
    private final Edit edit;

    AccountEdits(Edit edit) {
        this.edit = edit;
    }

    Reply put(PutAccountSetting put) {
        edit.accountSettingRows.put(put.setting().key(), put.setting());
        return Edit.done();
    }

    Reply delete(DeleteAccountSetting delete) {
        edit.accountSettingRows.remove(delete.key());
        return Edit.done();
    }
}
