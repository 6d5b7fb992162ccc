using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>Matches messages to transactions, makes them, owns their tables, pools and timers. Thread-safe.</summary>
public sealed partial class TransactionLayer : ISipReceiver, IDisposable
{
    private readonly ITransactionUser _user;
    private readonly TransactionOptions _limits;
    private readonly TransactionContext _context;
    private readonly ClientTransactions _clients;
    private readonly ServerTransactions _servers;
    private readonly StrandWork _startWork;
    private readonly StrandWork _cancelWork;
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
        _user = user;
        _limits = limits ?? new TransactionOptions();
        var logger = loggers?.CreateLogger("Parley.Transactions") ?? (ILogger)NullLogger.Instance;
        _context = new TransactionContext(transport, timers, random, options, logger);
        _secondWays = new SecondWays(Buffers, timers);
        _clients = new ClientTransactions(_context);
        _servers = new ServerTransactions(_context);
        _startWork = StartLater;
        _cancelWork = CancelLater;
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
    public TransactionStatistics Statistics => _context.Statistics;

    /// <summary>Server transactions that are not over.</summary>
    public int ServerTransactionCount => _servers.Live;

    /// <summary>Client transactions that are not over, reserved ones and those of CANCELs included.</summary>
    public int ClientTransactionCount => _clients.Live;

    internal BufferPool Buffers => _context.Buffers;

    internal CarriedClients Carried => _clients.Carried;

    /// <summary>Reserves a client transaction in this strand; put its Branch into the Via, then Start it, or Abandon it.</summary>
    /// <param name="strand">Where all of its events will run.</param>
    /// <param name="method">The request's method; not ACK, which has no transaction.</param>
    /// <param name="user">Receives its responses and its end.</param>
    /// <param name="userState">Anything the user wants to find again.</param>
    /// <exception cref="ArgumentException">The method is ACK.</exception>
    public ClientTransaction CreateClient(Strand strand, SipMethod method, IClientTransactionUser user, object? userState = null)
    {
        ArgumentNullException.ThrowIfNull(strand);
        ArgumentNullException.ThrowIfNull(user);
        if (method == SipMethod.Ack)
            throw new ArgumentException("An ACK has no transaction.", nameof(method));
        return _clients.Reserve(strand, method, user, userState);
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
        Span<byte> tag = stackalloc byte[LocalResponse.TagLength];
        LocalResponse.WriteTag(_context, request, tag);
        SipMessage stamped = ResponseRouting.Stamped(request, source);
        SipFlow flow = ResponseRouting.ForRequest(stamped, source, out int sentByPort);
        ReadOnlySpan<byte> response = LocalResponse.Build(
            stamped,
            LocalResponse.RoomFor(request, source),
            statusCode,
            reason,
            tag,
            headerLines,
            contentType,
            body
        );
        _context.Statistics.CountStateless(statusCode);
        _context.Statistics.CountSent(request.Method, statusCode);
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

        SipTransaction? transaction = (TransactionKind)(token & 3) switch
        {
            TransactionKind.InviteClient => _clients.At(index, invite: true),
            TransactionKind.NonInviteClient => _clients.At(index, invite: false),
            TransactionKind.InviteServer => _servers.At(index, invite: true),
            _ => _servers.At(index, invite: false),
        };
        transaction?.PostTransportError(generation);
    }

    /// <summary>Every client transaction that waits for an answer to what left by this connection is informed (RFC 3261 18.4). Server transactions need not: what is sent into a closed connection goes by another (18.2.2).</summary>
    /// <param name="flow">The flow that closed.</param>
    public void OnFlowClosed(in SipFlow flow)
    {
        if (flow.ConnectionId != 0)
            Carried.Lost(flow.ConnectionId);
    }

    /// <summary>
    /// RFC 3261 18.4: a client transaction whose datagram did not arrive is informed at once, when the report proves by the branch that it quotes
    /// that it is about a datagram of ours (RFC 8085 5.2: the rest can be forged) and no response has come yet.
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
                && _clients.At(index, invite) is { } transaction
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

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private void Count(TransactionCounter counter) => _context.Count(counter);

    private void CallbackFailed(string callback, string callId, Exception error) => _context.CallbackFailed(callback, callId, error);
}
