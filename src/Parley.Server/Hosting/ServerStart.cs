using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;

namespace Parley.Server.Hosting;

/// <summary>What the start needs of the machine: sockets and files.</summary>
internal static class ServerStart
{
    /// <summary>The version, with the revision it was built from where the build knew it.</summary>
    public static string Version { get; } =
        typeof(ServerStart).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>True for what a machine or a setting causes, not a mistake in the code: such a start ends with one line.</summary>
    public static bool IsFault(Exception error) =>
        error
            is IOException
                or SocketException
                or UnauthorizedAccessException
                or CryptographicException
                or ArgumentException
                or InvalidOperationException;

    /// <summary>The line for the operator.</summary>
    public static string LineOf(Exception error) => error.Message.ReplaceLineEndings(" ");

    /// <summary>Opens what a start opens and closes it again; null when all of it could be opened, else the line.</summary>
    public static async Task<string?> TryOpenAsync(ServerConfiguration configuration)
    {
        try
        {
            await using var application = ApplicationSetup.Build(
                configuration,
                new ConfigurationBuilder().Build(),
                change: static builder => builder.Logging.ClearProviders()
            );
            return ManagementSetup.FaultOf(configuration);
        }
        catch (Exception error) when (IsFault(error))
        {
            return LineOf(error);
        }
    }
}
