namespace Parley.Proxy;

/// <summary>The relay of the request whose responses wait.</summary>
internal interface IReplyHolder
{
    /// <summary>In the strand: sends what had waited, in its order.</summary>
    void SendHeld(List<HeldReply> replies);

    /// <summary>Lets what this thread has sent leave.</summary>
    void Flush();
}
