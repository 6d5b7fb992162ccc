using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// The one step for requests within dialogs: decides whether a request passes, and by which way. A To tag and a Route of ours are no proof of
/// anything, since everybody can write them.
/// </summary>
internal static class InDialogRouting
{
    /// <summary>Relays the request, or answers it (an ACK is dropped).</summary>
    /// <returns>What RelayAsync returns; false when the request does not pass.</returns>
    public static ValueTask<bool> Relay(DialogModule module, SipContext context, bool isTrusted)
    {
        bool isRouted = context.LooseRoute();
        if (module.MatchDialog(context))
            return context.Get<DialogRelay>() is InDialogRelay relay ? Known(module, context, relay) : context.RelayAsync();
        if (isTrusted && isRouted)
            return context.RelayAsync();
        if (DialogMatching.FindNamed(module, context) is { } dialog)
            return OfUnknownLeg(module, context, dialog);
        if (isRouted && context.TryGetRouteProof(out RouteProof proof) && IsAdmitted(module, context.Method, in proof))
            return context.RelayAsync();
        return Refuse(module, context, 481, null);
    }

    /// <summary>
    /// The dialog is here, and one of the tags is none of its. From a callee whose provisional response was lost, or whose leg was one too many, it
    /// goes to the caller, whose place is known all the same. Towards such a leg there is no way.
    /// </summary>
    private static ValueTask<bool> OfUnknownLeg(DialogModule module, SipContext context, Dialog dialog) =>
        context.Request.ToTag.SequenceEqual(dialog.Caller.TagBytes) && InDialogValidation.FixRoute(context, dialog.Caller)
            ? context.RelayAsync()
            : Refuse(module, context, 481, null);

    /// <summary>
    /// Without a dialog here. What an initial request other than INVITE began, lives by SUBSCRIBE and NOTIFY alone. A call that nobody
    /// tracked, or that an earlier start of this process did, passes for as long as a dialog lives. A call that this start tracked is over when its
    /// dialog is gone: whoever has its Route still could send requests to any request-URI with it, except that a BYE costs nothing and may end
    /// what goes on between the parties after an expired lifetime.
    /// </summary>
    private static bool IsAdmitted(DialogModule module, SipMethod method, in RouteProof proof) =>
        proof.Kind switch
        {
            RouteProofKind.Subscription => method is SipMethod.Subscribe or SipMethod.Notify,
            RouteProofKind.TrackedCall when proof.IsOfThisStart => method == SipMethod.Bye,
            RouteProofKind.Call or RouteProofKind.TrackedCall => method is not (SipMethod.Register or SipMethod.Publish)
                && proof.Age <= module.Options.DefaultTimeout,
            _ => false,
        };

    private static ValueTask<bool> Known(DialogModule module, SipContext context, InDialogRelay relay)
    {
        bool asReceived = module.Options.SequentialRouting == SequentialRouting.AsReceived;
        if (relay.IsSpiral)
        {
            // Put right on its first way through. That it was here is only what its Vias say, so its target has to be right all the same.
            return asReceived || IsAtTarget(context, relay) ? context.RelayAsync() : Refuse(module, context, 481, null);
        }

        if (relay.IsForeign)
            return Refuse(module, context, 403, "Not from there");
        // 12.2.2 has a user agent answer 500. A proxy that let it pass would have to number it anew, and make a new request of an old one.
        if (relay.Order == CSeqOrder.Stale)
            return Refuse(module, context, 500, "CSeq out of order");
        if (asReceived)
            return context.RelayAsync();
        if (relay.DestinationLeg!.Packed.Contact.IsEmpty)
            return MayPassWithoutTarget(context.Method) ? context.RelayAsync() : Refuse(module, context, 481, null);
        if (relay.Course == DialogValidation.Valid)
            return context.RelayAsync();
        if (module.Options.SequentialRouting == SequentialRouting.Refuse)
            return Refuse(module, context, 403, "Not the dialog's target");
        return InDialogValidation.FixRoute(context) ? context.RelayAsync() : Refuse(module, context, 481, null);
    }

    private static bool IsAtTarget(SipContext context, InDialogRelay relay)
    {
        ReadOnlySpan<byte> contact = relay.DestinationLeg!.Packed.Contact,
            target = context.RequestUriText;
        return contact.IsEmpty
            ? MayPassWithoutTarget(context.Method)
            : target.SequenceEqual(contact) || SipUriView.Equivalent(target, contact);
    }

    /// <summary>To a leg that gave no Contact (it MUST, 12.1.1) the request-URI cannot be checked: only what starts nothing passes.</summary>
    private static bool MayPassWithoutTarget(SipMethod method) =>
        method is SipMethod.Ack or SipMethod.Bye or SipMethod.Prack or SipMethod.Update or SipMethod.Info;

    private static ValueTask<bool> Refuse(DialogModule module, SipContext context, int status, string? reason)
    {
        Interlocked.Increment(ref module.Statistics.Refused);
        module.Log.RequestRefused(context.Request, status);
        context.Reply(status, reason); // nothing for an ACK
        return new ValueTask<bool>(false);
    }
}
