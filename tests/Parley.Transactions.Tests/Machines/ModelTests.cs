using System.Text;
using CsCheck;
using Parley.Sip;

namespace Parley.Transactions.Tests.Machines;

/// <summary>Random lives of the four machines beside models that walk in steps of 10 ms: the same messages at the same instants, the same state.</summary>
public sealed class ModelTests
{
    // A wait in units of 10 ms, then a status (or 0: the request or response again).
    private static readonly Gen<(int Wait, int Event)[]> Lives = Gen.Select(
        Gen.Frequency((3, Gen.Int[0, 60]), (2, Gen.Int[0, 900]), (1, Gen.Int[0, 4_000])),
        Gen.OneOf(Gen.Const(0), Gen.Const(100), Gen.Const(180), Gen.Const(200), Gen.Const(404), Gen.Const(486))
    ).Array[1, 8];

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void Client_machines_live_like_their_models(string transport)
    {
        Gen.Select(Gen.Bool, Lives)
            .Sample(
                (invite, life) =>
                {
                    using TransactionFixture fixture = new();
                    ClientTransaction transaction = fixture.StartClient(
                        invite ? SipMethod.Invite : SipMethod.Bye,
                        TransactionFixture.Flow(transport)
                    );
                    string branch = TransactionFixture.Branch(transaction);
                    ClientModel model = new(invite, transport == "UDP");
                    foreach ((int wait, int status) in life)
                    {
                        fixture.Run(wait / 100.0);
                        model.Wait(wait);
                        if (status == 0)
                            continue;
                        fixture.In(Wire.Response(status, branch, invite ? "INVITE" : "BYE"));
                        model.Response(status);
                    }

                    fixture.Run(100);
                    model.Wait(10_000);
                    if (model.IsAmbiguous)
                        return true;
                    string state = fixture.Layer.ClientTransactionCount == 0 ? "Terminated" : transaction.State.ToString();
                    return model.Sent.SequenceEqual(fixture.TakeTimes())
                        && model.State == state
                        && model.Passed == fixture.User.Told.Count(t => t.StartsWith("response", StringComparison.Ordinal))
                        && (model.State != "Terminated" || fixture.Layer.Buffers.Rented == 0);
                },
                iter: 1_500
            );
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void Server_machines_live_like_their_models(string transport)
    {
        Gen.Select(Gen.Bool, Lives, Gen.Int[0, 4_000])
            .Sample(
                (invite, life, ackAfter) =>
                {
                    using TransactionFixture fixture = new();
                    string method = invite ? "INVITE" : "OPTIONS";
                    string via = $"SIP/2.0/{transport} 198.51.100.7:5060;branch=z9hG4bKa1";
                    fixture.In(Wire.Request(method, via: via), TransactionFixture.Flow(transport));
                    ServerTransaction transaction = fixture.User.Last!;
                    ServerModel model = new(invite, transport == "UDP");
                    foreach ((int wait, int status) in life)
                    {
                        fixture.Run(wait / 100.0);
                        model.Wait(wait);
                        if (model.State == "Terminated")
                            break;
                        if (status == 0)
                            fixture.In(Wire.Request(method, via: via), TransactionFixture.Flow(transport));
                        else
                            fixture.Inside(
                                transaction,
                                () => transaction.Send(Encoding.UTF8.GetBytes($"SIP/2.0 {status} X\r\nTo: <sip:x>;tag=t\r\n\r\n"), status)
                            );
                        model.Event(status);
                    }

                    fixture.Run(ackAfter / 100.0);
                    model.Wait(ackAfter);
                    if (invite)
                    {
                        fixture.In(Wire.Request("ACK", via: via, toTag: "t"), TransactionFixture.Flow(transport));
                        model.Ack();
                    }

                    fixture.Run(100);
                    model.Wait(10_000);
                    if (model.IsAmbiguous)
                        return true;
                    string state = fixture.Layer.ServerTransactionCount == 0 ? "Terminated" : transaction.State.ToString();
                    return model.Sent.SequenceEqual(fixture.TakeTimes())
                        && model.State == state
                        && (model.State != "Terminated" || fixture.Layer.Buffers.Rented == 0);
                },
                iter: 1_500
            );
    }

    /// <summary>
    /// What is more than 4 s away comes in a round of 50 ms; what is armed anew on the way there, by a repetition or a timer of before, comes to the tick. So a message
    /// between the two finds either state: a life with one says nothing.
    /// </summary>
    private static int After(int now, int wait) => wait <= 400 ? now + wait : (now + wait + 4) / 5 * 5;

    private sealed class ClientModel(bool invite, bool udp)
    {
        private int _now;
        private int _repeat = udp ? 50 : int.MaxValue;
        private int _interval = 50;
        private int _end = 3_200;
        private int _due = 3_200;

        public List<long> Sent { get; } = [0];

        public bool IsAmbiguous { get; private set; }

        public int Passed { get; private set; }

        public string State { get; private set; } = invite ? "Calling" : "Trying";

        public void Wait(int ticks)
        {
            for (int i = 0; i < ticks; i++)
            {
                _now++;
                if (_now == _end)
                {
                    State = "Terminated";
                    _end = _repeat = int.MaxValue;
                }
                else if (_now == _repeat)
                {
                    Sent.Add(_now * 10);
                    _interval =
                        invite ? _interval * 2
                        : State == "Proceeding" ? 400
                        : Math.Min(400, _interval * 2);
                    _repeat = After(_now, _interval);
                }
            }
        }

        public void Response(int status)
        {
            IsAmbiguous |= _now >= _due && _now <= _end && _end != int.MaxValue;
            bool open = State is "Calling" or "Trying" or "Proceeding";
            if (open && status < 200)
            {
                State = "Proceeding";
                Passed++;
                if (invite)
                    _repeat = _end = int.MaxValue;
            }
            else if (open && invite && status < 300)
            {
                Finish("Accepted", 3_200);
            }
            else if (open)
            {
                if (invite)
                    Sent.Add(_now * 10);
                Finish(
                    "Completed",
                    udp
                        ? invite
                            ? 3_200
                            : 500
                        : 0
                );
            }
            else if (invite && status is >= 200 and < 300 && State is "Accepted" or "Completed" && status is >= 200 and < 300)
            {
                Passed++;
            }
            else if (invite && State == "Completed" && status >= 300)
            {
                Sent.Add(_now * 10);
            }
        }

        private void Finish(string state, int after)
        {
            Passed++;
            State = after == 0 ? "Terminated" : state;
            _repeat = int.MaxValue;
            _end = after == 0 ? int.MaxValue : After(_now, after);
            _due = _now + after;
            if (!invite && state == "Completed")
                _interval = 0;
        }
    }

    private sealed class ServerModel
    {
        private readonly bool _invite;
        private readonly bool _udp;
        private int _now;
        private int _repeat = int.MaxValue;
        private int _interval;
        private int _end = int.MaxValue;
        private int _due = int.MaxValue;
        private bool _answered;

        public ServerModel(bool invite, bool udp)
        {
            _invite = invite;
            _udp = udp;
            State = invite ? "Proceeding" : "Trying";
            if (!invite)
                return;
            _answered = true;
            Sent.Add(0);
        }

        public List<long> Sent { get; } = [];

        public bool IsAmbiguous { get; private set; }

        public string State { get; private set; }

        public void Wait(int ticks)
        {
            for (int i = 0; i < ticks; i++)
            {
                _now++;
                if (_now == _end)
                    End();
                else if (_now == _repeat)
                    Repeat();
                else if (_now == 350 && State == "Trying")
                    Event(100); // RFC 4320 4.1
            }
        }

        public void Event(int status)
        {
            Look();
            switch (State)
            {
                case "Trying" or "Proceeding" when status == 0:
                    if (_answered && _udp)
                        Send();
                    break;
                case "Trying" or "Proceeding" when status < 200:
                    State = "Proceeding";
                    _answered = true;
                    Send();
                    break;
                case "Trying" or "Proceeding":
                    Send();
                    Final(status);
                    break;
                case "Completed" when status == 0 && _udp:
                    Send();
                    break;
                case "Accepted" when status is >= 200 and < 300:
                    Send();
                    break;
            }
        }

        public void Ack()
        {
            Look();
            if (State != "Completed")
                return;
            _repeat = int.MaxValue;
            State = "Confirmed";
            _end = After(_now, 500);
            _due = _now + 500;
            if (!_udp)
                End();
        }

        private void Look() => IsAmbiguous |= _now >= _due && _now <= _end && _end != int.MaxValue;

        private void Final(int status)
        {
            State = _invite && status < 300 ? "Accepted" : "Completed";
            _end = After(_now, 3_200);
            _due = _now + 3_200;
            if (_invite && State == "Completed" && _udp)
            {
                _interval = 50;
                _repeat = _now + 50;
            }

            if (!_invite && !_udp)
                End();
        }

        private void Repeat()
        {
            Send();
            _interval = Math.Min(400, _interval * 2);
            _repeat = _now + _interval;
        }

        private void Send() => Sent.Add(_now * 10);

        private void End()
        {
            State = "Terminated";
            _end = _repeat = int.MaxValue;
        }
    }
}
