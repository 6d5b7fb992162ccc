using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Crash.Phones;

/// <summary>
/// Callers and callees on two UDP sockets of loopback, which call through a proxy and repeat what is not answered, as phones do. All state is under
/// one lock; the sockets have a thread each, a third one repeats, starts and ends calls.
/// </summary>
internal sealed class Phones : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Socket _caller = Open();
    private readonly Socket _callee = Open();
    private readonly IPEndPoint _proxy;
    private readonly Random _random;
    private readonly string _run;
    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, Call> _calls = new(StringComparer.Ordinal);
    private readonly List<Call> _open = [];
    private double _started;
    private double _rate;
    private long _rateSince;
    private volatile bool _isOver;

    public Phones(int proxyPort, int seed)
    {
        _proxy = new IPEndPoint(IPAddress.Loopback, proxyPort);
        _random = new Random(seed);
        _run = $"{seed}-{Environment.ProcessId}";
        CallerPort = ((IPEndPoint)_caller.LocalEndPoint!).Port;
        CalleePort = ((IPEndPoint)_callee.LocalEndPoint!).Port;
        new Thread(() => Receive(_caller, OnCaller)) { IsBackground = true }.Start();
        new Thread(() => Receive(_callee, OnCallee)) { IsBackground = true }.Start();
        new Thread(Drive) { IsBackground = true }.Start();
    }

    public int CallerPort { get; }

    public int CalleePort { get; }

    /// <summary>Milliseconds of the run.</summary>
    public long Now => (long)Stopwatch.GetElapsedTime(_begin).TotalMilliseconds + 1;

    /// <summary>How long a call lasts, milliseconds, at most.</summary>
    public int LongestCall { get; set; } = 8_000;

    /// <summary>All calls so far, a snapshot.</summary>
    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls.Values];
        }
    }

    /// <summary>Calls per second from now on; 0: no new ones.</summary>
    public void SetRate(double rate)
    {
        lock (_lock)
        {
            _rate = rate;
            _rateSince = Now;
            _started = 0;
        }
    }

    /// <summary>While true calls end by themselves when their time is over.</summary>
    public bool HangsUp { get; set; } = true;

    /// <summary>Ends every call that either side thinks is up.</summary>
    public void HangUpAll()
    {
        lock (_lock)
        {
            foreach (Call call in _calls.Values)
            {
                if (call.AnsweredAt == 0 && call.IsAccepted)
                    call.CalleeHangsUp = true; // the caller never knew
                if (call.IsAccepted && !call.IsEnding)
                    HangUp(call);
            }
        }
    }

    public void Dispose()
    {
        _isOver = true;
        _caller.Dispose();
        _callee.Dispose();
    }

    private static Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private void Receive(Socket socket, Action<SipText> on)
    {
        byte[] buffer = new byte[65_536];
        while (!_isOver)
        {
            try
            {
                int length = socket.Receive(buffer);
                var message = new SipText(Encoding.UTF8.GetString(buffer, 0, length));
                lock (_lock)
                    on(message);
            }
            catch (SocketException)
            {
                // The proxy is away (ICMP): what was sent is sent again.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Drive()
    {
        while (!_isOver)
        {
            Thread.Sleep(5);
            lock (_lock)
            {
                long now = Now;
                double wanted = _rate * (now - _rateSince) / 1_000;
                for (; _started < wanted; _started++)
                    Start();
                for (int i = _open.Count - 1; i >= 0; i--)
                {
                    Call call = _open[i];
                    Repeat(_caller, call.Invite, now);
                    Repeat(_callee, call.Answer, now);
                    Repeat(call.CalleeHangsUp ? _callee : _caller, call.Bye, now);
                    if (call.Invite is { } invite && now - invite.Since > 32_000)
                        (call.Invite, call.InviteStatus) = (null, 408);
                    if (call.Answer is { } answer && now - answer.Since > 32_000)
                    {
                        call.Answer = null; // 13.3.1.4: no ACK: the callee ends it
                        if (!call.IsEnding)
                        {
                            call.CalleeHangsUp = true;
                            HangUp(call);
                        }
                    }

                    if (call.Bye is { } bye && now - bye.Since > 32_000)
                        (call.Bye, call.ByeStatus) = (null, 408);
                    if (HangsUp && call.AnsweredAt > 0 && call.IsAcknowledged && !call.IsEnding && now >= call.EndsAt)
                        HangUp(call);
                    if (call.ByeStatus > 0 || call.InviteStatus >= 300)
                        _open.RemoveAt(i);
                }
            }
        }
    }

    private void Repeat(Socket socket, Call.Pending? pending, long now)
    {
        if (pending is null || now < pending.Due)
            return;
        Send(socket, pending.Message);
        pending.Sent(now);
    }

    private void Send(Socket socket, byte[] message)
    {
        try
        {
            socket.SendTo(message, _proxy);
        }
        catch (SocketException)
        {
            // Refused: the proxy is away.
        }
        catch (ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private void Start()
    {
        int number = _calls.Count;
        var call = new Call(number, $"{_run}-{number}@crash", _random.Next(2) == 0) { EndsAt = Now + _random.Next(300, LongestCall) };
        call.Caller.Local = $"<sip:{number % 10}@127.0.0.1>;tag=c{number}";
        call.Caller.CSeq = 1;
        string invite =
            $"INVITE sip:9{number}@127.0.0.1:{_proxy.Port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{CallerPort};branch=z9hG4bK{_run}i{number}\r\n"
            + $"From: {call.Caller.Local}\r\nTo: <sip:9{number}@127.0.0.1>\r\nCall-ID: {call.CallId}\r\nCSeq: 1 INVITE\r\n"
            + $"Contact: <sip:caller@127.0.0.1:{CallerPort}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
        call.Invite = new Call.Pending(Encoding.UTF8.GetBytes(invite), Now);
        _calls.Add(call.CallId, call);
        _open.Add(call);
        Send(_caller, call.Invite.Message);
    }

    private void OnCaller(SipText message)
    {
        if (!_calls.TryGetValue(message.CallId, out Call? call))
            return;
        if (message.Status == 0)
        {
            OnBye(_caller, call, message);
            return;
        }

        if (message.Status < 200)
            return;
        if (message.Method == "BYE")
        {
            if (!call.CalleeHangsUp)
                OnByeAnswered(call, message.Status);
            return;
        }

        call.Invite = null;
        call.InviteStatus = message.Status;
        if (message.Status >= 300)
        {
            Send(
                _caller,
                Encoding.UTF8.GetBytes(
                    $"ACK sip:9{call.Number}@127.0.0.1:{_proxy.Port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{CallerPort};branch=z9hG4bK{_run}i{call.Number}\r\n"
                        + $"From: {call.Caller.Local}\r\nTo: {message["To"]}\r\nCall-ID: {call.CallId}\r\nCSeq: 1 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
                )
            );
            return;
        }

        if (call.AnsweredAt == 0)
            call.AnsweredAt = Now;
        call.Caller.Remote = message["To"];
        call.Caller.Target = SipText.UriOf(message["Contact"]);
        call.Caller.Routes = [.. message.All("Record-Route").Reverse()];
        Send(_caller, Request(call, call.Caller, "ACK", 1, CallerPort));
    }

    private void OnCallee(SipText message)
    {
        if (!_calls.TryGetValue(message.CallId, out Call? call))
            return;
        if (message.Status > 0)
        {
            if (message.Status >= 200 && message.Method == "BYE" && call.CalleeHangsUp)
                OnByeAnswered(call, message.Status);
            return;
        }

        switch (message.Method)
        {
            case "INVITE":
                string tag = $"d{call.Number}";
                call.Callee.Local = $"{message["To"]};tag={tag}";
                call.Callee.Remote = message["From"];
                call.Callee.Target = SipText.UriOf(message["Contact"]);
                call.Callee.Routes = [.. message.All("Record-Route")];
                byte[] answer = Encoding.UTF8.GetBytes(
                    $"SIP/2.0 200 OK\r\n{message.ResponseLines(tag)}Contact: <sip:callee@127.0.0.1:{CalleePort}>\r\nContent-Length: 0\r\n\r\n"
                );
                if (call.IsEnding)
                {
                    // The INVITE once more after its call was given up: refused, so that the caller knows.
                    Send(
                        _callee,
                        Encoding.UTF8.GetBytes(
                            $"SIP/2.0 480 Temporarily Unavailable\r\n{message.ResponseLines(tag)}Content-Length: 0\r\n\r\n"
                        )
                    );
                    return;
                }

                call.IsAccepted = true;
                call.Answer = new Call.Pending(answer, Now);
                Send(_callee, answer);
                break;
            case "ACK":
                call.IsAcknowledged = true;
                call.Answer = null;
                break;
            default:
                OnBye(_callee, call, message);
                break;
        }
    }

    private void OnBye(Socket socket, Call call, SipText message)
    {
        if (message.Method != "BYE")
            return;
        call.ByeArrived = true;
        call.Answer = null;
        Send(socket, Encoding.UTF8.GetBytes($"SIP/2.0 200 OK\r\n{message.ResponseLines("")}Content-Length: 0\r\n\r\n"));
    }

    private void OnByeAnswered(Call call, int status)
    {
        call.Bye = null;
        if (call.ByeStatus != 0)
            return;
        call.ByeStatus = status;
        call.EndedAt = Now;
    }

    private void HangUp(Call call)
    {
        call.IsEnding = true;
        call.Answer = null;
        Socket socket = call.CalleeHangsUp ? _callee : _caller;
        Call.Side side = call.CalleeHangsUp ? call.Callee : call.Caller;
        call.Bye = new Call.Pending(Request(call, side, "BYE", ++side.CSeq, call.CalleeHangsUp ? CalleePort : CallerPort), Now);
        if (!_open.Contains(call))
            _open.Add(call);
        Send(socket, call.Bye.Message);
    }

    private byte[] Request(Call call, Call.Side side, string method, int cseq, int port)
    {
        string routes = string.Concat(side.Routes.Select(static route => $"Route: {route}\r\n"));
        return Encoding.UTF8.GetBytes(
            $"{method} {side.Target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{_run}{method[0]}{call.Number}\r\n{routes}"
                + $"From: {side.Local}\r\nTo: {side.Remote}\r\nCall-ID: {call.CallId}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
    }
}
