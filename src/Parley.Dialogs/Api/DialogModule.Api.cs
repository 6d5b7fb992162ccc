using System.Text;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

internal sealed partial class DialogModule : IDialogApi
{
    public event EventHandler<DialogStateChangedEventArgs>? StateChanged
    {
        add => _runner.StateChanged += value;
        remove => _runner.StateChanged -= value;
    }

    // A thread may serve several applications.
    public Dialog? Current => CurrentDialog.Get() is { } current && current.Runtime == this ? current : null;

    public void OnPrackFailed(PrackFailedHook hook) => Hooks.Add(hook);

    public void OnLimitReached(LimitReachedHook hook) => Profiles.AddHook(hook);

    public void OnPingFailed(PingFailedHook hook) => _pings.AddHook(hook);

    public void OnAnswer(DialogHook hook) => Hooks.Add(DialogHookKind.Answer, hook);

    public void OnTimeout(DialogHook hook) => Hooks.Add(DialogHookKind.Timeout, hook);

    public void OnHangup(DialogHook hook) => Hooks.Add(DialogHookKind.Hangup, hook);

    public bool Register(
        Dialog? dialog,
        DialogCallbackTypes types,
        DialogCallback callback,
        object? parameter = null,
        Action<object?>? free = null
    ) => Callbacks.Register(dialog, types, callback, parameter, free);

    public Dialog? CreateDialog(SipContext context, DialogFlags flags = DialogFlags.None)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Method != SipMethod.Invite || context.IsInDialog)
            return null;
        if (context.Get<DialogFollower>() is { } had)
            return had.Dialog;
        if (context.IsAnswered)
            return null;
        if (Options.ByeOnTimeout)
            flags |= DialogFlags.ByeOnTimeout;

        if (Options.Spirals == DialogSpiralPolicy.ReuseDialog && Spiral.DialogOf(Table, RecordRouteParameter, context) is { } known)
        {
            CarryDid(context, known);
            context.Set<DialogFollower>(new SpiralFollower(known));
            CurrentDialog.Set(known);
            return known;
        }

        SipMessage invite = context.Request;
        ReadOnlySpan<byte> callId = invite.CallId;
        if (Loader is { Unacknowledged.IsEmpty: false } loader)
            loader.Unacknowledged.Supersede(invite);
        Dialog dialog = Table.NewDialog(this, Table.NextId(callId), callId, invite.From.UriText, invite.To.UriText, flags);
        LegLearning.FromInvite(dialog, context);
        if (CallRecords is not null)
            dialog.BeginTracking(invite.RequestUri, context.Source);
        Table.Begin(dialog, context);
        Interlocked.Increment(ref Counters.Processed);

        CarryDid(context, dialog);
        InviteFollower follower = InviteFollowers.Rent();
        var reliable = ReliableReplies.For(Requests, dialog, invite);
        follower.Begin(dialog, reliable);
        if (reliable is not null)
            context.OnReply(reliable.OnReply);
        context.Set<DialogFollower>(follower);
        context.Observe(follower);
        CurrentDialog.Set(dialog);
        return dialog;
    }

    private void CarryDid(SipContext context, Dialog dialog)
    {
        Span<byte> did = stackalloc byte[DialogId.MaxTextLength];
        dialog.Id.TryFormat(did, out int length);
        context.AddRecordRouteParameter(RecordRouteParameter, did[..length]);
        context.RecordRouteProof = RouteProofKind.TrackedCall;
    }

    public bool MatchDialog(SipContext context, DialogMatchMode? mode = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        return _matching.Match(context, mode ?? Options.MatchMode);
    }

    public DialogValidation ValidateDialog(SipContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return InDialogValidation.Validate(context);
    }

    public bool FixRouteDialog(SipContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return InDialogValidation.FixRoute(_matching, context);
    }

    public ValueTask<bool> RelayInDialogAsync(SipContext context, bool isTrusted = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.IsInDialog)
            throw new ArgumentException("The request has no To tag, so it is not one within a dialog.", nameof(context));
        return _routing.Relay(context, isTrusted, Loader);
    }

    public Dialog? Find(DialogId id) => Table.Find(id);

    public Dialog? FindByDid(ReadOnlySpan<char> did) => DialogId.TryParse(did, out DialogId id) ? Table.Find(id) : null;

    public Dialog? FindByCallId(string callId)
    {
        ArgumentNullException.ThrowIfNull(callId);
        return Table.FindByCallId(Encoding.UTF8.GetBytes(callId));
    }

    public void AddProfiles(string definitions, bool hasValue) => Profiles.Add(definitions, hasValue);

    public DialogProfile? FindProfile(string name) => Profiles.Find(name);

    public bool Terminate(uint entry, uint id, string? reason = null, string? headerLines = null) =>
        Find(new DialogId(entry, id))?.Terminate(reason, headerLines) ?? false;

    public bool TerminateByDid(ReadOnlySpan<char> did, string? reason = null, string? headerLines = null) =>
        FindByDid(did)?.Terminate(reason, headerLines) ?? false;

    public bool TerminateByCallId(string callId, string? reason = null, string? headerLines = null) =>
        FindByCallId(callId)?.Terminate(reason, headerLines) ?? false;

    public void AddManagementContext(Dialog dialog, object context)
    {
        ArgumentNullException.ThrowIfNull(dialog);
        ArgumentNullException.ThrowIfNull(context);
        if (dialog.HasCallbacks(DialogCallbackTypes.ManagementContext))
            Callbacks.Run(dialog, DialogCallbackTypes.ManagementContext, new DialogCallbackArguments(DialogDirection.None, Data: context));
    }

    public IEnumerable<Dialog> Dialogs(bool includeDeleted = false) => Table.Snapshot(includeDeleted);
}
