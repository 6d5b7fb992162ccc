using System.Collections.Concurrent;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests.Layer;

public sealed class ConcurrencyTests
{
    [Fact]
    public void Copies_of_a_request_on_many_threads_make_one_transaction_each()
    {
        const int Requests = 2_000;
        CountingUser user = new();
        StubTransport transport = new(() => 0) { Silent = true };
        using TimerService timers = new(new ManualTime());
        using TransactionLayer layer = new(transport, timers, SipRandom.FromSeed(1), new SipTimerOptions(), user);
        user.Layer = layer;
        Parallel.For(
            0,
            4,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            _ =>
            {
                for (int i = 0; i < Requests; i++)
                {
                    layer.OnMessage(
                        TransactionFixture.Parse(Wire.Request("INVITE", branch: $"z9hG4bK{i}", callId: $"c{i}")),
                        TransactionFixture.Udp
                    );
                    layer.OnMessage(
                        TransactionFixture.Parse(Wire.Request("CANCEL", branch: $"z9hG4bK{i}", callId: $"c{i}")),
                        TransactionFixture.Udp
                    );
                }
            }
        );
        Assert.Equal(Requests, user.Requests.Count);
        Assert.All(user.Requests, entry => Assert.Equal(1, entry.Value));
        Assert.Equal(Requests, user.Cancels.Count);
        Assert.All(user.Cancels, entry => Assert.Equal(1, entry.Value));
        Assert.Equal(0, user.Collisions);
    }

    [Fact]
    public void Responses_timers_and_requests_from_many_threads_stay_serial_within_their_strand()
    {
        CountingUser user = new();
        StubTransport transport = new(() => 0) { Silent = true };
        ManualTime time = new();
        using TimerService timers = new(time);
        using TransactionLayer layer = new(transport, timers, SipRandom.FromSeed(1), new SipTimerOptions(), user);
        user.Layer = layer;
        user.Relays = true;
        Parallel.For(
            0,
            4,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            thread =>
            {
                for (int i = 0; i < 2_000; i++)
                {
                    layer.OnMessage(
                        TransactionFixture.Parse(Wire.Request("INVITE", branch: $"z9hG4bK{i}", callId: $"c{i}")),
                        TransactionFixture.Udp
                    );
                    foreach (string branch in user.Branches.Values.TakeLast(2))
                        layer.OnMessage(
                            TransactionFixture.Parse(Wire.Response(thread == 0 && i % 3 == 0 ? 486 : 180, branch, "INVITE")),
                            TransactionFixture.Udp
                        );
                    if (thread == 0)
                        time.Milliseconds += 10;
                    layer.OnLoop();
                }
            }
        );
        Assert.Equal(0, user.Collisions);
        Assert.All(user.Requests, entry => Assert.Equal(1, entry.Value));
        Assert.Equal(2_000, user.Requests.Count);
        Assert.True(user.Responses > 0);
    }

    private sealed class CountingUser : ITransactionUser, IClientTransactionUser
    {
        private int _responses;
        private int _collisions;

        public TransactionLayer? Layer { get; set; }

        public bool Relays { get; set; }

        public ConcurrentDictionary<string, int> Requests { get; } = new();

        public ConcurrentDictionary<string, int> Cancels { get; } = new();

        public ConcurrentDictionary<string, string> Branches { get; } = new();

        public int Responses => _responses;

        public int Collisions => _collisions;

        public void OnRequest(ServerTransaction transaction)
        {
            Box box = new();
            transaction.UserState = box;
            Enter(box);
            string callId = System.Text.Encoding.UTF8.GetString(transaction.Request!.CallId);
            Requests.AddOrUpdate(callId, 1, (_, n) => n + 1);
            if (Relays)
            {
                ClientTransaction client = Layer!.CreateClient(transaction.Strand, SipMethod.Invite, this, box);
                Branches[callId] = TransactionFixture.Branch(client);
                client.Start(
                    System.Text.Encoding.UTF8.GetBytes(Wire.Request("INVITE", branch: TransactionFixture.Branch(client), callId: callId)),
                    TransactionFixture.Udp
                );
            }

            Leave(box);
        }

        public void OnCancel(ServerTransaction invite, SipMessage cancel)
        {
            Enter((Box)invite.UserState!);
            Cancels.AddOrUpdate(System.Text.Encoding.UTF8.GetString(cancel.CallId), 1, (_, n) => n + 1);
            Leave((Box)invite.UserState!);
        }

        public void OnResponse(ClientTransaction transaction, SipMessage response)
        {
            Enter((Box)transaction.UserState!);
            Interlocked.Increment(ref _responses);
            Leave((Box)transaction.UserState!);
        }

        public void OnAck(SipMessage ack, in SipFlow source) { }

        public void OnStrayResponse(SipMessage response, in SipFlow source) { }

        public bool Admit(SipMessage request, in SipFlow source) => true;

        public void OnTimeout(ClientTransaction transaction) { }

        public void OnTransportError(ClientTransaction transaction) { }

        public void OnTerminated(ClientTransaction transaction) { }

        private void Enter(Box box)
        {
            if (Interlocked.Increment(ref box.Inside) != 1)
                Interlocked.Increment(ref _collisions);
        }

        private static void Leave(Box box) => Interlocked.Decrement(ref box.Inside);

        private sealed class Box
        {
            public int Inside;
        }
    }
}
