using System.Diagnostics.CodeAnalysis;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Runs the actions of a module's dialogs: the order in which feed, event, hooks, callbacks and sends follow a step.</summary>
internal sealed class DialogActionRunner(
    DialogRuntime runtime,
    DialogProfileTable profiles,
    DialogCallbacks callbacks,
    ByeRequests byes,
    object sender
)
{
    private static readonly (DialogEffects Effect, DialogCallbackTypes Type)[] CallbackTypes =
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

    private const DialogEffects AnyCallback =
        DialogEffects.RunCreated
        | DialogEffects.RunResponseForwarded
        | DialogEffects.RunEarly
        | DialogEffects.RunConfirmed
        | DialogEffects.RunFailed
        | DialogEffects.RunRequestWithin
        | DialogEffects.RunResponseWithin
        | DialogEffects.RunTerminated
        | DialogEffects.RunExpired
        | DialogEffects.RunDestroy;

    /// <summary>See <see cref="IDialogApi.StateChanged"/>.</summary>
    public event EventHandler<DialogStateChangedEventArgs>? StateChanged;

    /// <summary>Runs the action and those that come meanwhile. The dialog is the thread's current one in them.</summary>
    public void Run(Dialog dialog, in DialogAction action)
    {
        Dialog? outer = CurrentDialog.Set(dialog);
        RunOne(dialog, in action);
        while (dialog.TryTakeAction(out DialogAction next))
        {
            RunOne(dialog, in next);
            next.Release();
        }

        CurrentDialog.Set(outer);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a part of an action throws, the next one must run.")]
    private void RunOne(Dialog dialog, in DialogAction action)
    {
        DialogEffects effects = action.Effects;
        try
        {
            if ((effects & DialogEffects.RunTimeout) != 0)
            {
                RunHooks(dialog, DialogHookKind.Timeout, null);
                dialog.EndLifetime();
            }

            Publish(dialog, in action);
            if ((effects & DialogEffects.Bogus) != 0)
                OutOfPlace(dialog, action.Message);
            if ((effects & (DialogEffects.RunTerminated | DialogEffects.RunExpired)) != 0)
                RunHooks(dialog, DialogHookKind.Hangup, action.Message);
            if ((effects & DialogEffects.LeaveProfiles) != 0)
                LeaveProfiles(dialog, mayComeBack: (effects & DialogEffects.RunFailed) != 0);
            if ((effects & DialogEffects.ReopenProfiles) != 0)
                ReopenProfiles(dialog);
            if ((effects & AnyCallback) != 0)
                RunCallbacks(dialog, in action);
            if ((effects & DialogEffects.RunConfirmed) != 0)
                RunHooks(dialog, DialogHookKind.Answer, action.Message);
            if ((effects & (DialogEffects.CancelBranches | DialogEffects.SendByes)) != 0)
                NoteEnding(dialog, effects);
            if ((effects & DialogEffects.CancelBranches) != 0)
                dialog.CancelBranches();
            if ((effects & DialogEffects.SendByes) != 0)
                byes.Send(dialog);
            if ((effects & DialogEffects.SendLegByes) != 0)
                byes.SendOfLeg(dialog, action.DestinationLeg!);
            if ((effects & DialogEffects.Forget) != 0)
                PublishEnd(dialog, in action);
            if ((effects & DialogEffects.RunDestroy) != 0)
                Free(dialog);
        }
        catch (Exception error)
        {
            runtime.Log.ActionFailed(dialog.Id, error);
        }

        if ((effects & DialogEffects.Forget) != 0)
            dialog.CompleteEnd();
        if (action.Hold is { } hold)
            Await(hold);
    }

    private void OutOfPlace(Dialog dialog, SipMessage? request)
    {
        DialogState state = dialog.State;
        runtime.Log.RequestOutOfPlace(dialog.Id, state, request);
        if (request is not null)
            runtime.Note(dialog, CallStep.OutOfPlace, request, (int)state);
    }

    private void NoteEnding(Dialog dialog, DialogEffects effects)
    {
        if (runtime.Steps is not { Sink: not null })
            return;
        CallStep step = (effects & DialogEffects.SendByes) != 0 ? CallStep.EndingByBye : CallStep.EndingByCancel;
        runtime.Note(dialog, step, detail: dialog.TerminationReason);
    }

    private void NoteState(Dialog dialog, in DialogAction action)
    {
        if (runtime.Steps is not { Sink: not null })
            return;
        DialogState state = action.NewState;
        runtime.Note(
            dialog,
            CallStep.StateChanged,
            (int)action.OldState,
            (int)state,
            state == DialogState.Deleted ? dialog.TerminationReason : null
        );
        if (state == DialogState.ConfirmedNoAck && (action.OldState == DialogState.Deleted || dialog.HasRaced))
            runtime.Note(dialog, CallStep.LateAnswer);
    }

    private void Await(ReplyHold hold)
    {
        if (runtime.Holds is { } holds)
            holds.Await(hold);
        else
            hold.Release(); // the store is no more
    }

    /// <summary>A call that failed may come back by a late 2xx, and is in its profiles again then.</summary>
    private void LeaveProfiles(Dialog dialog, bool mayComeBack)
    {
        if (mayComeBack)
            dialog.FormerProfiles = profiles.LeaveForNow(ref dialog.ProfileChain, dialog.Id);
        else
            profiles.Leave(ref dialog.ProfileChain, dialog.Id);
    }

    private void Free(Dialog dialog)
    {
        callbacks.Free(dialog);
        profiles.Forget(dialog.FormerProfiles);
        dialog.FormerProfiles = 0;
    }

    private void ReopenProfiles(Dialog dialog)
    {
        profiles.Reopen(ref dialog.ProfileChain, dialog.Id, dialog.FormerProfiles);
        dialog.FormerProfiles = 0;
    }

    private void Publish(Dialog dialog, in DialogAction action)
    {
        if ((action.Effects & DialogEffects.RunCreated) != 0)
        {
            Publish(dialog, DialogChangeKind.Created, action.OldState, action.NewState);
            runtime.Note(dialog, CallStep.DialogCreated);
        }

        if ((action.Effects & DialogEffects.StateChanged) != 0)
        {
            if (action.OldState == DialogState.Deleted)
                dialog.HasPublishedEnd = false;
            Publish(dialog, DialogChangeKind.StateChanged, action.OldState, action.NewState);
            RaiseStateChanged(dialog, action.OldState, action.NewState);
            NoteState(dialog, in action);
        }

        if ((action.Effects & DialogEffects.Update) != 0)
            Publish(dialog, DialogChangeKind.Updated, action.OldState, action.NewState);
    }

    private void RunCallbacks(Dialog dialog, in DialogAction action)
    {
        // Of a request that ends the dialog the arguments are those of the request; of an end made here there is none.
        var arguments = new DialogCallbackArguments(action.Direction, action.Message, action.Context, action.Edits, action.DestinationLeg);
        foreach ((DialogEffects effect, DialogCallbackTypes type) in CallbackTypes)
            if ((action.Effects & effect) != 0)
                callbacks.Run(dialog, type, arguments);
    }

    /// <summary>An intermediate record of a call that goes on.</summary>
    public void PublishIntermediate(Dialog dialog, CallRecord record)
    {
        DialogState state = dialog.State;
        Publish(dialog, DialogChangeKind.Updated, state, state, record);
    }

    /// <summary>The end goes with the call's record: a store writes both in one transaction.</summary>
    private void PublishEnd(Dialog dialog, in DialogAction action)
    {
        CallRecord? missedCall = null;
        CallRecord? record = runtime.CallRecords is { } records
            ? CallRecordBuilder.TakeFinal(dialog, records.Options, runtime.Feed.WithMissedCalls, out missedCall)
            : null;
        Publish(dialog, DialogChangeKind.Deleted, action.OldState, action.NewState, record, missedCall);
        dialog.HasPublishedEnd = true;
        if (record is not null)
            runtime.CallRecords!.RaiseEnded(record);
    }

    /// <summary>Gives the feed's readers a change.</summary>
    private void Publish(
        Dialog dialog,
        DialogChangeKind kind,
        DialogState oldState,
        DialogState newState,
        CallRecord? callRecord = null,
        CallRecord? missedCall = null
    )
    {
        DialogFeed feed = runtime.Feed;
        if (!feed.HasReaders)
            return;
        DialogRecord? record = feed.WithRecords ? DialogRecords.Of(dialog, profiles) : null;
        feed.Publish(new DialogChange(kind, dialog.Id, oldState, newState, record) { CallRecord = callRecord, MissedCall = missedCall });
    }

    /// <summary>The application's hooks, then those of the dialog.</summary>
    private void RunHooks(Dialog dialog, DialogHookKind kind, SipMessage? message)
    {
        runtime.Hooks.Run(kind, dialog, message);
        dialog.Hooks?.Run(kind, dialog, message);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    private void RaiseStateChanged(Dialog dialog, DialogState oldState, DialogState newState)
    {
        if (StateChanged is not { } handlers)
            return;
        var change = new DialogStateChangedEventArgs(dialog, oldState, newState);
        foreach (EventHandler<DialogStateChangedEventArgs> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(sender, change);
            }
            catch (Exception error)
            {
                runtime.Log.StateHandlerFailed(dialog.Id, error);
            }
        }
    }
}
