using System.Text;
using Parley.Dialogs;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Simulation;

/// <summary>
/// Sees every request as it leaves the proxy for the first time, and knows what each leg may get: one BYE of the proxy's own at most (a second where a connection broke), numbers
/// that only grow once the proxy has sent something of its own (before that they are the parties', who may be overtaken on the way), and
/// ACKs with the number of an INVITE. Once a dialog is
/// destroyed, nothing is known of its numbers, and late requests pass as they are. A leg is (Call-ID, From tag, To tag, host): a spiral has its legs to the proxy itself.
/// </summary>
internal sealed class WireWatch(SimulatedTransport proxy, IDialogApi dialogs, Violations violations)
{
    private readonly HashSet<string> _branches = [];
    private readonly HashSet<(string CallId, string Tag)> _told = [];
    private readonly Dictionary<(string CallId, string From, string To, ulong Host), Leg> _legs = [];
    private readonly Dictionary<(string CallId, string From, ulong Host), HashSet<uint>> _invites = [];

    public PacketFate See(SimulatedPacket packet)
    {
        if (packet.From != proxy || !SipMessage.TryParse(packet.Bytes.ToArray(), out SipMessage? message))
            return PacketFate.Pass;
        if (message.IsRequest)
            See(message, packet.Protocol, packet.Destination.High ^ packet.Destination.Low);
        else if (packet.To != proxy && message.CSeqMethodText.SequenceEqual("INVITE"u8))
            _told.Add((Text(message.CallId), Text(message.ToTag)));
        return PacketFate.Pass;
    }

    private void See(SipMessage request, SipProtocol protocol, ulong host)
    {
        string callId = Text(request.CallId),
            from = Text(request.FromTag),
            method = Text(request.MethodText);
        uint cseq = request.CSeqNumber;
        if (dialogs.FindByCallId(callId) is null)
            return;
        if (method == "CANCEL" || !request.TryGetTopVia(out ViaView via) || !_branches.Add($"{method} {Text(via.Branch)} {cseq}"))
            return;
        if (!_invites.TryGetValue((callId, from, host), out HashSet<uint>? invites))
            _invites.Add((callId, from, host), invites = []);
        if (method == "ACK")
        {
            if (!invites.Contains(cseq))
                violations.Add($"{callId}: ACK {cseq} leaves, and no INVITE had that number", callId);
            return;
        }

        if (method == "INVITE")
            invites.Add(cseq);
        if (request.ToTag.IsEmpty)
            return;
        int vias = 0,
            passages = 0;
        foreach (ViaView each in request.Vias)
        {
            vias++;
            if (each.Host.SequenceEqual("10.0.0.1"u8))
                passages++;
        }

        // The callee's 180 was lost, and a request of its comes first: neither the proxy nor the caller knows its tag, the caller answers 481.
        if (!_told.Contains((callId, from)) && !_told.Contains((callId, Text(request.ToTag))))
            return;
        var key = (callId, from, Text(request.ToTag), host);
        if (!_legs.TryGetValue(key, out Leg? leg))
            _legs.Add(key, leg = new Leg { Highest = invites.Count > 0 && method != "INVITE" ? invites.Min() : 0 });
        leg.Take(
            method,
            cseq,
            vias == 1,
            passages > 1,
            protocol != SipProtocol.Udp,
            problem => violations.Add($"{callId} to {key.Item3}: {problem}", callId)
        );
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private sealed class Leg
    {
        private string _highestMethod = "";
        private bool _isNumbered;
        private bool _isByeRepeated;
        private uint _bye;

        public uint Highest { get; set; }

        public void Take(string method, uint cseq, bool isOwn, bool isSecondPassage, bool isStream, Action<string> wrong)
        {
            // The connection broke: the same once more, by another one.
            if (isStream && cseq == Highest && method == _highestMethod)
                return;
            // A spiral that is one dialog is numbered on its first passage, and on the way back here it may be overtaken.
            if ((isOwn || _isNumbered) && !isSecondPassage && cseq <= Highest)
                wrong($"{method} {cseq} leaves after {_highestMethod} {Highest}");
            _isNumbered |= isOwn;
            if (isOwn && method == "BYE")
            {
                if (_bye != 0 && !(isStream && !_isByeRepeated))
                    wrong($"a second BYE of the proxy's own: {_bye} and {cseq}");
                _isByeRepeated = _bye != 0; // its connection broke
                _bye = cseq;
            }

            if (cseq < Highest)
                return;
            Highest = cseq;
            _highestMethod = method;
        }
    }
}
