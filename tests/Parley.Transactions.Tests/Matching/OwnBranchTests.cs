using System.Text;
using CsCheck;
using Parley.Sip;

namespace Parley.Transactions.Tests.Matching;

public sealed class OwnBranchTests
{
    [Fact]
    public void What_was_written_is_read_back()
    {
        Gen.Select(Gen.UInt[0, int.MaxValue], Gen.Bool, Gen.UInt, Gen.ULong)
            .Sample(
                (index, invite, generation, nonce) =>
                {
                    byte[] branch = new byte[OwnBranch.Length];
                    OwnBranch.Write(branch, index, invite, generation, nonce);
                    return OwnBranch.TryRead(branch, out uint i, out bool v, out uint g, out ulong n)
                        && (i, v, g, n) == (index, invite, generation, nonce);
                }
            );
    }

    [Fact]
    public void Any_bytes_are_read_without_error()
    {
        Gen.Byte.Array[0, 60]
            .Sample(bytes =>
            {
                OwnBranch.TryRead(bytes, out _, out _, out _, out _);
                OwnBranch.TryRead([.. "z9hG4bK"u8, .. bytes], out _, out _, out _, out _);
            });
    }

    [Theory]
    [InlineData("z9hG4bK")]
    [InlineData("z9hG4bK000000010000000100000000000000")]
    [InlineData("z9hG4bK0000000100000001000000000000000g")]
    [InlineData("z9hG4bK+000000100000001000000000000000a")]
    [InlineData("z8hG4bK0000000100000001000000000000000a")]
    public void Others_branches_are_not_ours(string branch)
    {
        Assert.False(OwnBranch.TryRead(Encoding.UTF8.GetBytes(branch), out _, out _, out _, out _));
    }

    [Fact]
    public void A_forged_branch_finds_nothing()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        string branch = TransactionFixture.Branch(transaction);
        for (int i = 7; i < branch.Length; i++)
        {
            char other = branch[i] == '0' ? '1' : '0';
            fixture.In(Wire.Response(200, branch[..i] + other + branch[(i + 1)..], "INVITE"));
            Assert.Equal("stray 200", fixture.User.Take());
        }

        Assert.Equal(ClientTransactionState.Calling, transaction.State);
        Assert.Equal(branch.Length - 7, fixture.Layer.Statistics[TransactionCounter.StrayResponses]);
    }

    [Fact]
    public void A_late_response_for_a_reused_slot_is_a_stray()
    {
        using TransactionFixture fixture = new();
        ClientTransaction first = fixture.StartClient(SipMethod.Bye, TransactionFixture.Tcp);
        string old = TransactionFixture.Branch(first);
        fixture.In(Wire.Response(200, old, "BYE"));
        ClientTransaction second = fixture.StartClient(SipMethod.Bye, TransactionFixture.Tcp);
        Assert.Same(first, second);
        Assert.NotEqual(old, TransactionFixture.Branch(second));
        fixture.User.Take();
        fixture.In(Wire.Response(200, old, "BYE"));
        Assert.Equal("stray 200", fixture.User.Take());
        Assert.Equal(ClientTransactionState.Trying, second.State);
    }
}
