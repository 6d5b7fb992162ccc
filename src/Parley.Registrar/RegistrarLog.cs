using Microsoft.Extensions.Logging;

namespace Parley.Registrar;

internal static partial class RegistrarLog
{
    [LoggerMessage(3201, LogLevel.Error, "A handler of LocationTable.Changed failed for {Address}")]
    public static partial void HandlerFailed(ILogger log, string address, Exception exception);
}
