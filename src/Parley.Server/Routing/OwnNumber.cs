using Parley.Proxy;
using Parley.Registrar;
using Parley.Sip;

namespace Parley.Server.Routing;

/// <summary>
/// Requests from a user to the same user, as a phone subscribes to its own number for the lamp of its messages or its other devices. They go to
/// the user's other contacts: sent back to the one they came from, they would find it subscribing to itself, again and again. A call to the own
/// number is no such request.
/// </summary>
internal static class OwnNumber
{
    /// <summary>The request is from the user that it is for.</summary>
    public static bool IsAsked(SipContext context, SipUriView address) =>
        context.Method is not (SipMethod.Invite or SipMethod.Ack)
        && !address.User.IsEmpty
        && context.Request.From.Uri.User.SequenceEqual(address.User);

    /// <summary>Adds the user's contacts but the one that the request came from.</summary>
    /// <returns>How many there are, and whether there was another.</returns>
    public static (int Added, bool Left) AddOthers(SipContext context, SipUriView address, LocationTable table)
    {
        var (added, left) = (0, false);
        if (!table.TryAddressOf(address, out var user))
            return default;
        foreach (var binding in table.BindingsOf(user))
        {
            if (address.Scheme == SipUriScheme.Sips && binding.Contact.Scheme != SipUriScheme.Sips)
                continue;
            if (IsSender(context, binding))
            {
                left = true;
                continue;
            }
            context.AddTarget(binding.Target);
            added++;
        }
        return (added, left);
    }

    // The same flow, or the same contact where the phone has come by another one.
    private static bool IsSender(SipContext context, Binding binding)
    {
        if (
            binding.Flow is { } flow
            && flow.Listener.Protocol == context.Source.Listener.Protocol
            && flow.Remote.Equals(context.Source.Remote)
        )
            return true;
        return context.Request.Contacts.TryGetFirst(out var contact)
            && contact.Uri.IsValid
            && contact.Uri.EquivalentTo(binding.Contact.View);
    }
}
