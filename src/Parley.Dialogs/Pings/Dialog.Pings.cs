namespace Parley.Dialogs;

public sealed partial class Dialog
{
    private const DialogFlags AnyPing =
        DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee | DialogFlags.ReinvitePingCaller | DialogFlags.ReinvitePingCallee;

    private DialogPings? _pings;
    private int _invitesWithin;
    private int _byesUnderWay;

    /// <summary>How often this dialog's OPTIONS pings go; starts as <see cref="DialogOptions.OptionsPingInterval"/>. Set, it counts from that moment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below one second or above 24 days.</exception>
    public TimeSpan OptionsPingInterval
    {
        get => TimeSpan.FromMilliseconds(PingInterval(reinvites: false));
        set => SetPingInterval(ref Pings.OptionsInterval, value, nameof(value));
    }

    /// <summary>How often this dialog's re-INVITE pings go; starts as <see cref="DialogOptions.ReinvitePingInterval"/>. Set, it counts from that moment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below one second or above 24 days.</exception>
    public TimeSpan ReinvitePingInterval
    {
        get => TimeSpan.FromMilliseconds(PingInterval(reinvites: true));
        set => SetPingInterval(ref Pings.ReinviteInterval, value, nameof(value));
    }

    /// <summary>Under the lock: the call is up and nothing ends it.</summary>
    internal bool MayPingInLock => _state == DialogState.Confirmed && (_flags & InternalFlags.ByeSeen) == 0 && _byesUnderWay == 0;

    /// <summary>Under the lock: an INVITE within the dialog has no final response yet; another one would be glare (RFC 3261 14.1).</summary>
    internal bool HasInviteWithinInLock => _invitesWithin > 0;

    private DialogPings Pings => Volatile.Read(ref _pings) ?? Interlocked.CompareExchange(ref _pings, new DialogPings(), null) ?? _pings;

    /// <summary>Milliseconds.</summary>
    internal long PingInterval(bool reinvites)
    {
        int own = reinvites ? _pings?.ReinviteInterval ?? 0 : _pings?.OptionsInterval ?? 0;
        if (own != 0)
            return own;
        return (long)(reinvites ? Module.Options.ReinvitePingInterval : Module.Options.OptionsPingInterval).TotalMilliseconds;
    }

    /// <summary>Under the lock: the dialog came back from a store. Its parties may have to connect anew first, and thousands come back at once: spread over a whole interval.</summary>
    internal void ResumePings()
    {
        if ((Flags & AnyPing) != 0 && MayPingInLock)
            Pings.Start(this, _callee, 0);
    }

    /// <summary>Under the lock: an INVITE within the dialog begins (+1) or has its final response (-1).</summary>
    internal void CountInviteWithin(int change) => _invitesWithin += change;

    /// <summary>Under the lock: an INVITE within the dialog is on its way.</summary>
    private void OnInviteWithin(InDialogFollower follower)
    {
        follower.IsPendingInvite = true;
        _invitesWithin++;
    }

    /// <summary>Under the lock: a BYE that is to end the call is on its way. Until it has its answer, a 481 to a ping says nothing that it does not.</summary>
    private void OnByeBegins(InDialogFollower follower)
    {
        follower.EndsCall = true;
        _byesUnderWay++;
    }

    /// <summary>Such a BYE is over.</summary>
    internal void OnByeGone()
    {
        lock (Gate)
        {
            _byesUnderWay--;
        }
    }

    /// <summary>It has its final response, or is gone.</summary>
    internal void OnInviteWithinOver(InDialogFollower follower)
    {
        lock (Gate)
        {
            follower.IsPendingInvite = false;
            _invitesWithin--;
        }
    }

    /// <summary>Under the lock, at the ACK: no ping has a CSeq below its INVITE's ACK.</summary>
    private void StartPings()
    {
        if ((Flags & AnyPing) != 0)
            Pings.Start(this, _callee, 0.5);
    }

    private void StopPings() => _pings?.Stop();

    private void SetPingInterval(ref int interval, TimeSpan value, string name)
    {
        if (value < TimeSpan.FromSeconds(1) || value.TotalMilliseconds > int.MaxValue)
            throw new ArgumentOutOfRangeException(name, value, "A ping interval is between one second and 24 days.");
        lock (Gate)
        {
            interval = (int)value.TotalMilliseconds;
            if (MayPingInLock)
                _pings!.Restart();
        }
    }
}
