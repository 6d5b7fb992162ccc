using Parley.Sip;

namespace Parley.Transactions;

/// <summary>All client transactions of a layer: their pools, and those that wait for an answer by a stream connection.</summary>
internal sealed class ClientTransactions
{
    private readonly SlotTable<InviteClientTransaction> _invite;
    private readonly SlotTable<NonInviteClientTransaction> _nonInvite;

    public ClientTransactions(TransactionContext context)
    {
        Context = context;
        Carried = new CarriedClients(this);
        _invite = new SlotTable<InviteClientTransaction>(index => new InviteClientTransaction(this, index));
        _nonInvite = new SlotTable<NonInviteClientTransaction>(index => new NonInviteClientTransaction(this, index));
    }

    public TransactionContext Context { get; }

    public CarriedClients Carried { get; }

    /// <summary>How many are not over, reserved ones and those of CANCELs included.</summary>
    public int Live => _invite.Live + _nonInvite.Live;

    /// <summary>Begins a life, in this strand, that has not sent anything yet.</summary>
    public ClientTransaction Reserve(Strand strand, SipMethod method, IClientTransactionUser? user, object? userState)
    {
        bool invite = method == SipMethod.Invite;
        Context.Count(invite ? TransactionCounter.InviteClientCreated : TransactionCounter.NonInviteClientCreated);
        ClientTransaction transaction = invite ? _invite.Rent() : _nonInvite.Rent();
        transaction.Reserve(strand, method, user, userState);
        return transaction;
    }

    /// <summary>The pooled object at an index, null when there never was one. The caller compares the generation inside the strand.</summary>
    public ClientTransaction? At(uint index, bool invite) => invite ? _invite.At(index) : _nonInvite.At(index);

    public void Return(InviteClientTransaction transaction) => _invite.Return(transaction);

    public void Return(NonInviteClientTransaction transaction) => _nonInvite.Return(transaction);
}
