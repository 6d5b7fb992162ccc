using Parley.Sip;

namespace Parley.Transactions.Tests.Memory;

public sealed class PoolTests
{
    [Fact]
    public void A_late_timer_of_a_former_life_is_ignored()
    {
        using TransactionFixture fixture = new();
        // Its timer F lies in the wheel for 32 s; the slot lives again meanwhile.
        ClientTransaction first = fixture.StartClient(SipMethod.Bye, TransactionFixture.Tcp);
        fixture.Run(1);
        fixture.In(Wire.Response(200, TransactionFixture.Branch(first), "BYE"));
        fixture.Run(20);
        ClientTransaction second = fixture.StartClient(SipMethod.Bye, TransactionFixture.Tcp);
        Assert.Same(first, second);
        fixture.User.Take();
        fixture.Run(31.99);
        Assert.Equal("", fixture.User.Take());
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
    }

    [Fact]
    public void A_late_send_failure_of_a_former_life_is_ignored()
    {
        using TransactionFixture fixture = new();
        ClientTransaction first = fixture.StartClient(SipMethod.Bye, TransactionFixture.Tcp);
        ulong token = first.Token;
        fixture.In(Wire.Response(200, TransactionFixture.Branch(first), "BYE"));
        ClientTransaction second = fixture.StartClient(SipMethod.Bye, TransactionFixture.Tcp);
        Assert.Same(first, second);
        fixture.User.Take();
        fixture.Layer.OnSendFailed(token);
        fixture.Layer.OnSendFailed(0);
        fixture.Layer.OnSendFailed(ulong.MaxValue);
        Assert.Equal("", fixture.User.Take());
        Assert.Equal(ClientTransactionState.Trying, second.State);
    }

    [Fact]
    public void A_server_transaction_begins_each_life_anew()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t =>
        {
            Assert.Equal((0, false, 16), (t.LastStatusCode, t.KeepRequest, t.LocalTag.Length));
            Assert.Null(t.UserState);
            t.UserState = "mine";
            t.KeepRequest = true;
            t.Reply(200);
        };
        ServerTransaction? before = null;
        string tag = "";
        for (int i = 0; i < 3; i++)
        {
            fixture.In(Wire.Request("BYE", via: $"SIP/2.0/TCP 198.51.100.7;branch=z9hG4bK{i}", callId: $"c{i}"), TransactionFixture.Tcp);
            Assert.True(before is null || before == fixture.User.Last);
            string newTag = System.Text.Encoding.UTF8.GetString(fixture.Transport.Sent[^1].Message.ToTag);
            Assert.NotEqual(tag, newTag);
            tag = newTag;
            before = fixture.User.Last;
        }
    }

    [Fact]
    public void Buffers_come_in_sizes_that_waste_a_third_at_most()
    {
        BufferPool pool = new();
        for (int length = 1; length < 140_000; length = (length * 9 / 8) + 1)
        {
            byte[] buffer = pool.Rent(length);
            Assert.InRange(buffer.Length, length, Math.Max(256, length * 3 / 2));
            pool.Return(buffer);
            if (buffer.Length <= 1 << 17)
                Assert.Same(buffer, pool.Rent(length));
        }
    }

    [Fact]
    public void The_same_buffer_is_never_out_twice()
    {
        BufferPool pool = new();
        HashSet<byte[]> seen = new(ReferenceEqualityComparer.Instance);
        for (int round = 0; round < 3; round++)
        {
            seen.Clear();
            for (int i = 0; i < 1_000; i++)
                Assert.True(seen.Add(pool.Rent(600)));
            foreach (byte[] buffer in seen)
                pool.Return(buffer);
        }

        Assert.Equal(0, pool.Rented);
    }
}
