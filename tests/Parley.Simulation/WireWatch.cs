using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Simulation;

/// <summary>
/// Looks at what the proxy sends into dialogs: to each end at most one BYE of its own, and from its first own request on every new request
/// has a CSeq above all before it.
/// </summary>
internal sealed class WireWatch(List<string> violations) : ICaptureTap
{
    private readonly SipMessage _message = new();
    private readonly Dictionary<string, Dictionary<string, End>> _calls = new(StringComparer.Ordinal);
    private byte[] _bytes = new byte[4096];

    public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        if (inbound || message.StartsWith("SIP/2.0 "u8)) return;
        if (_bytes.Length < message.Length) _bytes = new byte[message.Length];
        message.CopyTo(_bytes);
        if (_message.Parse(_bytes, 0, message.Length, SipLimits.Default).Status != SipParseStatus.Ok)
        {
            violations.Add("The proxy sent a malformed request");
            return;
        }

        if (_message.ToTag.IsEmpty || _message.Method is SipMethod.Ack or SipMethod.Cancel || !_message.TryGetTopVia(out ViaView via)) return;
        // One space per pair of tags and direction; the far end of a fork has several.
        string callId = Encoding.ASCII.GetString(_message.CallId), key = $"{Encoding.ASCII.GetString(_message.FromTag)} {Encoding.ASCII.GetString(_message.ToTag)} of {callId}";
        if (!_calls.TryGetValue(callId, out Dictionary<string, End>? ends)) _calls[callId] = ends = new Dictionary<string, End>(StringComparer.Ordinal);
        if (!ends.TryGetValue(key, out End? end)) ends[key] = end = new End();
        if (!end.Branches.Add(Encoding.ASCII.GetString(via.Branch))) return; // repeated
        bool isOwn = _message.Vias.Count() == 1;
        if (isOwn && _message.Method == SipMethod.Bye && ++end.Byes > 1) violations.Add($"{end.Byes} BYEs of the proxy's own in {key}");
        uint number = _message.CSeqNumber;
        if ((isOwn || end.IsNumbered) && number <= end.Highest) violations.Add($"CSeq {number} {_message.Method} after {end.Highest} in {key}");
        end.IsNumbered |= isOwn;
        end.Highest = Math.Max(end.Highest, number);
    }

    /// <summary>The dialog is gone: of a call that was only forgotten (no BYE at its timeout) later requests pass as they come.</summary>
    public void Forget(string callId) => _calls.Remove(callId);

    private sealed class End
    {
        public HashSet<string> Branches { get; } = new(StringComparer.Ordinal);
        public uint Highest;
        public int Byes;
        public bool IsNumbered;
    }
}
