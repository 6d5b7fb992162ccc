using System.Diagnostics.CodeAnalysis;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// The one step for requests within dialogs: decides whether a request passes, and by which way. A To tag and a Route of ours prove nothing, since
/// anyone can write them.
/// </summary>
internal sealed class InDialogRouting(DialogMatching matching, DialogOptions options, DialogCounters counters, DialogLog log)
{
    /// <summary>Relays the request, or answers it (an ACK is dropped).</summary>
    /// <param name="context">The request.</param>
    /// <param name="isTrusted">See <see cref="IDialogApi.RelayInDialogAsync"/>.</param>
    /// <param name="loader">Loads dialogs from a store; null without one.</param>
    /// <returns>What RelayAsync returns; false when the request does not pass.</returns>
    public ValueTask<bool> Relay(SipContext context, bool isTrusted, DialogLoader? loader)
    {
        bool isRouted = context.LooseRoute();
        if (matching.Match(context, options.MatchMode))
            return Matched(context);
        if (loader is { IsLoading: true } && isRouted && matching.FindNamed(context) is null && matching.MayBeStored(context))
            return RelayLookedUpAsync(context, isTrusted, loader);
        return Unmatched(context, isTrusted, isRouted);
    }

    private ValueTask<bool> Matched(SipContext context) =>
        context.Get<DialogFollower>() is InDialogFollower follower ? Known(context, follower) : context.RelayAsync();

    /// <summary>The load at start has not come to its dialog yet, maybe: the request waits for a look-up, in its strand.</summary>
    [SuppressMessage("Reliability", "CA2007", Justification = "Coming back into the strand is the point.")]
    private async ValueTask<bool> RelayLookedUpAsync(SipContext context, bool isTrusted, DialogLoader loader)
    {
        byte[] callId = context.Request.CallId.ToArray();
        await loader.FindAsync(callId);
        if (context.IsAnswered)
            return false; // a CANCEL, or a handler that did not wait
        return matching.Match(context, options.MatchMode) ? await Matched(context) : await Unmatched(context, isTrusted, isRouted: true);
    }

    private ValueTask<bool> Unmatched(SipContext context, bool isTrusted, bool isRouted)
    {
        if (isTrusted && isRouted)
            return context.RelayAsync();
        if (matching.FindNamed(context) is { } dialog)
            return OfUnknownLeg(context, dialog);
        if (isRouted && context.TryGetRouteProof(out RouteProof proof) && IsAdmitted(context.Method, in proof))
            return context.RelayAsync();
        return Refuse(context, 481, null, "RFC 3261 12.2.2: no call here has this Call-ID and these tags, and no Route proves one");
    }

    /// <summary>
    /// The dialog is here, and one of the tags is none of its. From a callee whose provisional response was lost, or whose leg was one too many, it
    /// goes to the caller, whose place is known all the same. Towards such a leg there is no way.
    /// </summary>
    private ValueTask<bool> OfUnknownLeg(SipContext context, Dialog dialog) =>
        context.Request.ToTag.SequenceEqual(dialog.Caller.TagBytes) && InDialogValidation.FixRoute(context, dialog.Caller)
            ? context.RelayAsync()
            : Refuse(context, 481, null, "RFC 3261 12.2.2: the call is here, but none of its legs has this To tag");

    /// <summary>
    /// Without a dialog here. What an initial request other than INVITE began, lives by SUBSCRIBE and NOTIFY alone. A call that was not
    /// tracked, or that an earlier start of this process did, passes for as long as a dialog lives. A call that this start tracked is over when its
    /// dialog is gone: a party that still has its Route could send requests to any request-URI with it, except that a BYE costs nothing and may end
    /// what goes on between the parties after an expired lifetime.
    /// </summary>
    private bool IsAdmitted(SipMethod method, in RouteProof proof) =>
        proof.Kind switch
        {
            RouteProofKind.Subscription => method is SipMethod.Subscribe or SipMethod.Notify,
            RouteProofKind.TrackedCall when proof.IsOfThisStart => method == SipMethod.Bye,
            RouteProofKind.Call or RouteProofKind.TrackedCall => method is not (SipMethod.Register or SipMethod.Publish)
                && proof.Age <= options.DefaultTimeout,
            _ => false,
        };

    private ValueTask<bool> Known(SipContext context, InDialogFollower follower)
    {
        bool asReceived = options.SequentialRouting == SequentialRouting.AsReceived;
        if (follower.IsSpiral)
        {
            // Put right on its first way through. That it was here is only what its Vias say, so its target has to be right all the same.
            return asReceived || IsAtTarget(context, follower)
                ? context.RelayAsync()
                : Refuse(context, 481, null, "it came back here, and its target is not the dialog's");
        }

        if (follower.IsForeign)
            return Refuse(context, 403, "Not from there", "it does not come from where the party of the call is");
        // 12.2.2 has a user agent answer 500. A proxy that let it pass would have to number it anew, and make a new request of an old one.
        if (follower.Order == CSeqOrder.Stale)
            return Refuse(context, 500, "CSeq out of order", "RFC 3261 12.2.2: its CSeq is below the last one of its sender");
        if (asReceived)
            return context.RelayAsync();
        if (follower.DestinationLeg!.Packed.Contact.IsEmpty)
            return MayPassWithoutTarget(context.Method)
                ? context.RelayAsync()
                : Refuse(context, 481, null, "RFC 3261 12.1.1: the other party gave no Contact, so there is nowhere to send it");
        if (follower.Course == DialogValidation.Valid)
            return context.RelayAsync();
        if (options.SequentialRouting == SequentialRouting.Refuse)
            return Refuse(context, 403, "Not the dialog's target", "its request-URI or Routes are not those of the call");
        if (!InDialogValidation.FixRoute(matching, context))
            return Refuse(context, 481, null, "the Contact of the other party cannot be called");
        if (follower.Dialog is { } dialog)
            dialog.Runtime.Note(dialog, CallStep.CoursePutRight, context.Request);
        return context.RelayAsync();
    }

    private static bool IsAtTarget(SipContext context, InDialogFollower follower)
    {
        ReadOnlySpan<byte> contact = follower.DestinationLeg!.Packed.Contact,
            target = context.RequestUriText;
        return contact.IsEmpty
            ? MayPassWithoutTarget(context.Method)
            : target.SequenceEqual(contact) || SipUriView.Equivalent(target, contact);
    }

    /// <summary>To a leg that gave no Contact (it MUST, 12.1.1) the request-URI cannot be checked: only what starts nothing passes.</summary>
    private static bool MayPassWithoutTarget(SipMethod method) =>
        method is SipMethod.Ack or SipMethod.Bye or SipMethod.Prack or SipMethod.Update or SipMethod.Info;

    private ValueTask<bool> Refuse(SipContext context, int status, string? reason, string cause)
    {
        context.Cause = cause;
        Interlocked.Increment(ref counters.Refused);
        log.RequestRefused(context.Request, status);
        context.Reply(status, reason); // nothing for an ACK
        return new ValueTask<bool>(false);
    }
}
