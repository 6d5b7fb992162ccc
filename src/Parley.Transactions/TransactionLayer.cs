using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>Matches messages to transactions, makes them, owns their tables, pools and timers. Thread-safe.</summary>
public sealed partial class TransactionLayer : ISipReceiver, IDisposable
{
    internal const uint InviteClientKind = 0;
    internal const uint NonInviteClientKind = 1;
    internal const uint InviteServerKind = 2;
    internal const uint NonInviteServerKind = 3;

    /// <summary>Header lines of an answer up to this length count towards its room.</summary>
    private const int ShortLines = 64;

    private readonly ITransactionUser _user;
    private readonly TransactionOptions _limits;
    private readonly ServerTransactionTable _servers = new();
    private readonly ServerTransactionTable _merged = new();
    private readonly SecondWays _secondWays;
    private int _limitLogged;

    /// <summary>Makes a layer. Receives no messages until the transport is started with it as the receiver.</summary>
    /// <param name="transport">What sends.</param>
    /// <param name="timers">What arms timers.</param>
    /// <param name="random">Where branches, tags and the tables' hash key come from.</param>
    /// <param name="options">The timers; read now.</param>
    /// <param name="user">The core above.</param>
    /// <param name="loggers">Where errors of user code are logged; null for nowhere.</param>
    /// <param name="limits">Limits and policies; null for the defaults. Read as it goes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A timer is not positive.</exception>
    public TransactionLayer(
        ISipTransport transport,
        TimerService timers,
        SipRandom random,
        SipTimerOptions options,
        ITransactionUser user,
        ILoggerFactory? loggers = null,
        TransactionOptions? limits = null
    )
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(timers);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(user);
        Transport = transport;
        Timers = timers;
        Random = random;
        Options = options;
        Values = new TimerValues(options);
        _user = user;
        _limits = limits ?? new TransactionOptions();
        _secondWays = new SecondWays(this);
        Logger = loggers?.CreateLogger("Parley.Transactions") ?? NullLogger.Instance;
        Carried = new CarriedClients(this);
        InviteClients = new SlotTable<InviteClientTransaction>(index => new InviteClientTransaction(this, index));
        NonInviteClients = new SlotTable<NonInviteClientTransaction>(index => new NonInviteClientTransaction(this, index));
        InviteServers = new SlotTable<InviteServerTransaction>(index => new InviteServerTransaction(this, index));
        NonInviteServers = new SlotTable<NonInviteServerTransaction>(index => new NonInviteServerTransaction(this, index));
        Timers.Advanced += Transport.Flush;
    }

    /// <summary>Raised by threads of the transport that have sent all they had to and are about to wait (<see cref="ISipReceiver.BeforeWait"/>). A handler shall be quick, and not throw.</summary>
    public event Action? Waiting;

    /// <summary>What sends.</summary>
    public ISipTransport Transport { get; }

    /// <summary>What arms timers.</summary>
    public TimerService Timers { get; }

    /// <summary>Where branches and tags come from.</summary>
    public SipRandom Random { get; }

    /// <summary>The timers' values as given.</summary>
    public SipTimerOptions Options { get; }

    /// <summary>What happened so far.</summary>
    public TransactionStatistics Statistics { get; } = new();

    /// <summary>Server transactions that are not over.</summary>
    public int ServerTransactionCount => InviteServers.Live + NonInviteServers.Live;

    /// <summary>Client transactions that are not over, reserved ones and those of CANCELs included.</summary>
    public int ClientTransactionCount => InviteClients.Live + NonInviteClients.Live;

    internal TimerValues Values { get; }

    internal ILogger Logger { get; }

    internal BufferPool Buffers { get; } = new();

    internal CarriedClients Carried { get; }

    internal SlotTable<InviteClientTransaction> InviteClients { get; }

    internal SlotTable<NonInviteClientTransaction> NonInviteClients { get; }

    internal SlotTable<InviteServerTransaction> InviteServers { get; }

    internal SlotTable<NonInviteServerTransaction> NonInviteServers { get; }

    /// <summary>Reserves a client transaction in this strand; put its Branch into the Via, then Start it, or Abandon it.</summary>
    /// <param name="strand">Where all of its events will run.</param>
    /// <param name="method">The request's method; not ACK, which has no transaction.</param>
    /// <param name="user">Who hears of it.</param>
    /// <param name="userState">Anything the user wants to find again.</param>
    /// <exception cref="ArgumentException">The method is ACK.</exception>
    public ClientTransaction CreateClient(Strand strand, SipMethod method, IClientTransactionUser user, object? userState = null)
    {
        ArgumentNullException.ThrowIfNull(strand);
        ArgumentNullException.ThrowIfNull(user);
        if (method == SipMethod.Ack)
            throw new ArgumentException("An ACK has no transaction.", nameof(method));
        return Reserve(strand, method, user, userState);
    }

    /// <summary>Answers a request without a transaction (RFC 3261 8.2.7), e.g. 400 to a malformed one, 503 while draining. Never answers an ACK; the ACK for the answer is swallowed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="statusCode">200 to 699.</param>
    /// <param name="reason">The reason phrase; empty: the usual one.</param>
    /// <param name="headerLines">More header lines, each ended by CRLF.</param>
    /// <param name="contentType">The media type of the body; empty without one.</param>
    /// <param name="body">The body; empty for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is no final one.</exception>
    /// <exception cref="ArgumentException">The message is a response.</exception>
    public void ReplyStateless(
        SipMessage request,
        in SipFlow source,
        int statusCode,
        ReadOnlySpan<byte> reason = default,
        ReadOnlySpan<byte> headerLines = default,
        ReadOnlySpan<byte> contentType = default,
        ReadOnlySpan<byte> body = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        if (!request.IsRequest)
            throw new ArgumentException("Only a request is answered.", nameof(request));
        if (request.Method == SipMethod.Ack)
            return;
        Span<byte> tag = stackalloc byte[TagLength];
        WriteTag(request, tag);
        SipMessage stamped = ResponseRouting.Stamped(request, source);
        SipFlow flow = ResponseRouting.ForRequest(stamped, source, out int sentByPort);
        ReadOnlySpan<byte> response = BuildResponse(
            stamped,
            RoomFor(request, source),
            statusCode,
            reason,
            tag,
            headerLines,
            contentType,
            body
        );
        Count(TransactionCounter.StatelessReplies);
        if (Transport.Send(flow, response) != SipSendResult.Queued && source.Listener.IsReliable)
            Transport.SendFor(ResponseRouting.Fallback(source, sentByPort), response, 0, source.Remote, out _);
    }

    /// <inheritdoc/>
    public void OnSendFailed(ulong token)
    {
        uint generation = (uint)(token >> 32),
            index = (uint)token >> 2;
        if (generation == 0)
        {
            SendAgain(token);
            return;
        }

        SipTransaction? transaction = ((uint)token & 3) switch
        {
            InviteClientKind => InviteClients.At(index),
            NonInviteClientKind => NonInviteClients.At(index),
            InviteServerKind => InviteServers.At(index),
            _ => NonInviteServers.At(index),
        };
        transaction?.PostTransportError(generation);
    }

    /// <summary>Every client transaction that waits for an answer to what left by this connection hears of it (RFC 3261 18.4). Server transactions need not: what is sent into a closed connection goes by another (18.2.2).</summary>
    /// <param name="flow">The flow that closed.</param>
    public void OnFlowClosed(in SipFlow flow)
    {
        if (flow.ConnectionId != 0)
            Carried.Lost(flow.ConnectionId);
    }

    /// <summary>
    /// RFC 3261 18.4: a client transaction whose datagram did not arrive hears of it at once, when the report proves by the branch that it quotes
    /// that it is about a datagram of ours (RFC 8085 5.2: anybody can forge the rest) and nothing was heard of the far end yet.
    /// </summary>
    /// <param name="flow">Where the datagram was sent.</param>
    /// <param name="quoted">Its beginning.</param>
    public void OnUnreachable(in SipFlow flow, ReadOnlySpan<byte> quoted)
    {
        while (quoted.IndexOf(OwnBranch.Cookie) is >= 0 and int at)
        {
            quoted = quoted[at..];
            if (quoted.Length < OwnBranch.Length)
                return;
            if (
                OwnBranch.TryRead(quoted[..OwnBranch.Length], out uint index, out bool invite, out uint generation, out ulong nonce)
                && (invite ? InviteClients.At(index) : (ClientTransaction?)NonInviteClients.At(index)) is { } transaction
                && transaction.IsGeneration(generation)
                && transaction.HasNonce(nonce)
            )
            {
                transaction.PostUnreachable(generation);
                return;
            }

            quoted = quoted[OwnBranch.Cookie.Length..];
        }
    }

    /// <inheritdoc/>
    public void OnLoop() => Timers.OnLoop();

    /// <inheritdoc/>
    public void BeforeWait() => Waiting?.Invoke();

    /// <inheritdoc/>
    public int LongestWait => Timers.LongestWait;

    /// <summary>Detaches from the timer service, which lives on.</summary>
    public void Dispose() => Timers.Advanced -= Transport.Flush;

    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>
    /// How long an answer of ours may be in full. A datagram proves nothing of its source, which shall not get more than about twice of what it
    /// was made to send.
    /// </summary>
    internal static int RoomFor(SipMessage received, in SipFlow source) =>
        source.Listener.IsReliable ? int.MaxValue : received.Bytes.Length * 2;

    /// <summary>A response in the thread's writer: valid until the next one is built. In the shortest form where the full one has no room; one with a body is always in full.</summary>
    internal static ReadOnlySpan<byte> BuildResponse(
        SipMessage request,
        int room,
        int statusCode,
        ReadOnlySpan<byte> reason,
        ReadOnlySpan<byte> toTag,
        ReadOnlySpan<byte> headerLines,
        ReadOnlySpan<byte> contentType = default,
        ReadOnlySpan<byte> body = default
    )
    {
        SipWriter writer = Scratch.Mine.Writer;
        writer.Reset();
        writer.Response(request, statusCode, reason.IsEmpty ? SipText.Reason(statusCode) : reason, toTag);
        writer.Lines(headerLines);
        ReadOnlySpan<byte> full = writer.End(contentType, body);
        if (!body.IsEmpty)
            return full;
        // Long lines are what a clause demands (a challenge, the bindings of 10.3 step 8): no short form makes up for them.
        if (full.Length - Math.Max(0, headerLines.Length - ShortLines) <= room)
            return full;
        writer.ShortResponse(request, statusCode, toTag);
        writer.Lines(headerLines);
        return writer.EndHeaders();
    }

    internal void Count(TransactionCounter counter) => Statistics.Count(counter);

    internal void CallbackFailed(string callback, string callId, Exception error)
    {
        Count(TransactionCounter.CallbackErrors);
        TransactionLog.CallbackFailed(Logger, callback, callId, error);
    }

    /// <summary>
    /// The To tag of our own answers, a keyed hash of what a request has in common with its retransmissions, its CANCEL and the ACK for a
    /// failure: 8.2.7 wants the same tag for the same request, 9.2 that of the INVITE in the answer to its CANCEL, and the ACK for an answer
    /// without a transaction can be told by it.
    /// </summary>
    internal void WriteTag(SipMessage request, Span<byte> tag)
    {
        ReadOnlySpan<byte> branch = default,
            sentBy = default,
            callId = request.CallId,
            from = request.FromTag;
        if (request.TryGetTopVia(out ViaView via))
        {
            branch = via.Branch;
            sentBy = via.SentBy;
        }

        int length = branch.Length + sentBy.Length + callId.Length + from.Length + sizeof(uint) + 4;
        byte[]? big = null;
        Span<byte> bytes = length <= 512 ? stackalloc byte[512] : big = Buffers.Rent(length);
        int at = 0;
        Add(bytes, branch, ref at);
        Add(bytes, sentBy, ref at);
        Add(bytes, callId, ref at);
        Add(bytes, from, ref at);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], request.CSeqNumber);
        ulong hash = Random.Hash(bytes[..(at + sizeof(uint))]);
        if (big is not null)
            Buffers.Return(big);
        hash.TryFormat(tag, out _, "x16");

        static void Add(Span<byte> bytes, ReadOnlySpan<byte> part, ref int at)
        {
            part.CopyTo(bytes[at..]);
            at += part.Length;
            bytes[at++] = 0; // no part holds it
        }
    }

    /// <summary>Takes a server transaction out of the tables.</summary>
    internal void Forget(ServerTransaction transaction)
    {
        _servers.Remove(transaction.Hash, transaction);
        if (transaction.MergeHash != 0)
            _merged.Remove(transaction.MergeHash, transaction);
    }

    /// <summary>What <see cref="Forget"/> will touch.</summary>
    internal void ForeseeForget(ServerTransaction transaction)
    {
        _servers.Foresee(transaction.Hash);
        if (transaction.MergeHash is not 0 and ulong merged)
            _merged.Foresee(merged);
    }

    internal ClientTransaction CreateCancel(Strand strand) => Reserve(strand, SipMethod.Cancel, null, null);

    private ClientTransaction Reserve(Strand strand, SipMethod method, IClientTransactionUser? user, object? userState)
    {
        bool invite = method == SipMethod.Invite;
        Count(invite ? TransactionCounter.InviteClientCreated : TransactionCounter.NonInviteClientCreated);
        ClientTransaction transaction = invite ? InviteClients.Rent() : NonInviteClients.Rent();
        transaction.Reserve(strand, method, user, userState);
        return transaction;
    }
}
