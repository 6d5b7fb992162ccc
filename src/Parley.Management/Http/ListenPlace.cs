using System.Net;

namespace Parley.Management;

/// <summary>A place where the HTTP listener listens.</summary>
/// <param name="EndPoint">The address and port.</param>
/// <param name="IsTls">Over TLS.</param>
internal sealed record ListenPlace(IPEndPoint EndPoint, bool IsTls);
