namespace Parley.Dialogs;

/// <summary>Runs acts: the order in which feed, callbacks and sends follow a step.</summary>
internal static class DialogActionRunner
{
    /// <summary>Effects that were done with the step.</summary>
    public const DialogEffects InLock =
        DialogEffects.Answered
        | DialogEffects.Acknowledged
        | DialogEffects.Ended
        | DialogEffects.RememberBye
        | DialogEffects.CountFailed
        | DialogEffects.CountExpired
        | DialogEffects.Unlink;

    private static readonly (DialogEffects Effect, DialogCallbackTypes Type)[] Callbacks =
    [
        (DialogEffects.RunCreated, DialogCallbackTypes.Created),
        (DialogEffects.RunResponseForwarded, DialogCallbackTypes.ResponseForwarded),
        (DialogEffects.RunEarly, DialogCallbackTypes.Early),
        (DialogEffects.RunConfirmed, DialogCallbackTypes.Confirmed),
        (DialogEffects.RunFailed, DialogCallbackTypes.Failed),
        (DialogEffects.RunRequestWithin, DialogCallbackTypes.RequestWithin),
        (DialogEffects.RunResponseWithin, DialogCallbackTypes.ResponseWithin),
        (DialogEffects.RunTerminated, DialogCallbackTypes.Terminated),
        (DialogEffects.RunExpired, DialogCallbackTypes.Expired),
        (DialogEffects.RunDestroy, DialogCallbackTypes.Destroy),
    ];

    public static void Perform(this DialogModule module, Dialog dialog, in DialogAction act)
    {
        DialogEffects effects = act.Effects;
        Dialog? outer = DialogModule.SetCurrent(dialog);
        try
        {
            PerformParts(module, dialog, in act, effects);
        }
        finally
        {
            DialogModule.SetCurrent(outer);
        }
    }

    private static void PerformParts(DialogModule module, Dialog dialog, in DialogAction act, DialogEffects effects)
    {
        if ((effects & DialogEffects.RunTimeout) != 0)
        {
            dialog.RunHooks(DialogHookKind.Timeout, null);
            dialog.EndLifetime();
        }

        if ((effects & DialogEffects.RunCreated) != 0)
            module.Feed.Publish(dialog, DialogChangeKind.Created, act.OldState, act.NewState);
        if ((effects & DialogEffects.StateChanged) != 0)
        {
            module.Feed.Publish(dialog, DialogChangeKind.StateChanged, act.OldState, act.NewState);
            module.RaiseStateChanged(dialog, act.OldState, act.NewState);
        }

        if ((effects & DialogEffects.Update) != 0)
            module.Feed.Publish(dialog, DialogChangeKind.Updated, act.OldState, act.NewState);
        if ((effects & DialogEffects.Bogus) != 0)
            module.Log.RequestOutOfPlace(dialog, act.Message);
        if ((effects & (DialogEffects.RunTerminated | DialogEffects.RunExpired)) != 0)
            dialog.RunHooks(DialogHookKind.Hangup, act.Message);
        if ((effects & DialogEffects.LeaveProfiles) != 0)
            dialog.LeaveProfiles();
        if ((effects & DialogEffects.ReopenProfiles) != 0)
            dialog.ReopenProfiles();

        foreach ((DialogEffects effect, DialogCallbackTypes type) in Callbacks)
        {
            if ((effects & effect) == 0)
                continue;
            // Of a request that ends the dialog the arguments are those of the request; of an end made here there is none.
            module.Callbacks.Run(
                dialog,
                type,
                new DialogCallbackArguments(act.Direction, act.Message, act.Context, act.Edits, act.DestinationLeg)
            );
        }

        if ((effects & DialogEffects.RunConfirmed) != 0)
            dialog.RunHooks(DialogHookKind.Answer, act.Message);
        if ((effects & DialogEffects.CancelBranches) != 0)
            dialog.CancelBranches();
        if ((effects & DialogEffects.SendByes) != 0)
            dialog.SendByes();
        if ((effects & DialogEffects.Forget) != 0)
            module.Feed.Publish(dialog, DialogChangeKind.Deleted, act.OldState, act.NewState);
        if ((effects & DialogEffects.RunDestroy) != 0)
            module.Callbacks.Free(dialog);
    }
}
