using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Registrar;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Makes call files of recorded calls: with the listeners, the settings, the contacts that the call may have used, and the timers of its dialog.</summary>
/// <param name="recorder">The recorder.</param>
/// <param name="transport">Where this element listens.</param>
/// <param name="time">The time.</param>
/// <param name="settings">The settings to carry along; null: none.</param>
/// <param name="locations">The registrations; null: none.</param>
/// <param name="dialogs">The dialogs; null: none.</param>
public sealed class CallSaving(
    ICallRecorder recorder,
    ISipTransport transport,
    TimeProvider time,
    ISavedSettings? settings = null,
    LocationTable? locations = null,
    IDialogApi? dialogs = null
)
{
    /// <summary>A recorded call as a file.</summary>
    /// <param name="callId">Its Call-ID.</param>
    /// <param name="file">The file; null when nothing of the call is recorded.</param>
    public bool TryGet(string callId, [NotNullWhen(true)] out CallFile? file)
    {
        ArgumentNullException.ThrowIfNull(callId);
        file = recorder.TryGet(callId, out RecordedCall? call) ? Of(call) : null;
        return file is not null;
    }

    /// <summary>A recorded call as a file.</summary>
    /// <param name="call">The call.</param>
    public CallFile Of(RecordedCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        List<CallFileEntry> entries = [.. call.Entries.Select(EntryOf)];
        return new CallFile
        {
            CallId = call.CallId,
            Saved = time.GetUtcNow(),
            ServerVersion = settings?.Version ?? "",
            From = call.From,
            To = call.To,
            Line = call.Line,
            Abnormal = call.Abnormal,
            IsTruncated = call.IsBeginningLost,
            Listeners = [.. transport.Listeners.Select(TextOf)],
            OwnNames = settings?.OwnNames ?? [],
            Configuration = settings?.Json is { } json ? SecretBlanking.Blanked(json) : null,
            Timers = [.. TimersOf(call)],
            Contacts = [.. ContactsOf(entries)],
            Entries = entries,
        };
    }

    private static CallFileEntry EntryOf(RecordedEntry entry) =>
        entry switch
        {
            RecordedMessage message => new CallFileMessage(
                message.At,
                message.From,
                message.To,
                message.Transport,
                message.IsInbound,
                message.Bytes
            )
            {
                Listener = message.IsForeign ? null : $"{message.Transport}:{message.Local}",
                IsRetransmission = message.IsRetransmission,
                IsTruncated = message.IsCut,
            },
            RecordedStep step => new CallFileStep(step.At, step.Step, step.Text) { Rfc = step.Rfc, Abnormal = step.Abnormal },
            _ => new CallFileStep(entry.At, "message", ""),
        };

    /// <summary>"udp:192.0.2.1:5060 as sip.example.com:5060".</summary>
    private static string TextOf(SipListener listener)
    {
        string place = $"{Encoding.ASCII.GetString(listener.Protocol.UriText())}:{listener.Local}";
        string name = Encoding.UTF8.GetString(listener.SentBy);
        return name == listener.Local.ToString() ? place : $"{place} as {name}";
    }

    private IEnumerable<CallFileTimer> TimersOf(RecordedCall call)
    {
        if (call.DialogId is not { } id || !DialogId.TryParse(id, out DialogId key) || dialogs?.Find(key) is not { } dialog)
            yield break;
        if (dialog.State is DialogState.Confirmed or DialogState.ConfirmedNoAck)
            yield return new CallFileTimer("lifetime", time.GetUtcNow() + dialog.RemainingLifetime);
    }

    /// <summary>Those of the users that were called: of the request-URIs that came.</summary>
    private IEnumerable<CallFileContact> ContactsOf(List<CallFileEntry> entries)
    {
        if (locations is null)
            yield break;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (CallFileMessage message in entries.OfType<CallFileMessage>())
        {
            if (!message.IsInbound || message.Read() is not { IsRequest: true } request)
                continue;
            if (!request.ToTag.IsEmpty || !locations.TryAddressOf(request.RequestUriView, out AddressOfRecord? address))
                continue;
            string name = address.ToString();
            if (!seen.Add(name))
                continue;
            foreach (Binding binding in locations.BindingsOf(address))
            {
                string? received = binding.Flow is { } flow
                    ? $"{Encoding.ASCII.GetString(flow.Listener.Protocol.UriText())}:{flow.Remote}"
                    : null;
                yield return new CallFileContact("sip:" + name, binding.Contact.ToString(), received);
            }
        }
    }
}
