#!/usr/bin/env bash
# The environment `bench` by the AWS CLI, as one writes it down in a script: `by_hand.sh up|status|down`. `AWS` names the CLI.
#
# It does what `iac up --wait running`, `status` and `down` do, without looking first: no drift, no second run, nothing kept
# of what others use.
set -euo pipefail

name=bench
keys=$BKY_IAC_SECRETS_FOLDER/by-hand
ec2() { "$AWS" ec2 "$@" --output text; }
tags() { echo "ResourceType=$1,Tags=[{Key=Name,Value=$name}]"; }
instance() {
    ec2 describe-instances --filters "Name=tag:Name,Values=$name" "Name=instance-state-name,Values=pending,running" \
        --query 'Reservations[].Instances[].InstanceId'
}

up() {
    mkdir -p "$keys"
    rm -f "$keys"/*
    ssh-keygen -q -t ed25519 -N '' -f "$keys/$name.pem"
    ec2 import-key-pair --key-name "$name" --public-key-material "fileb://$keys/$name.pem.pub" \
        --tag-specifications "$(tags key-pair)"
    group=$(ec2 create-security-group --group-name "$name" --description "SSH" \
        --tag-specifications "$(tags security-group)" --query GroupId)
    address=$(curl -fsS "$BKY_IAC_PUBLIC_IP_URL")
    ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 22 --cidr "$address/32"
    image=$("$AWS" ssm get-parameters --output text --query 'Parameters[0].Value' \
        --names /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64)
    id=$(ec2 run-instances --image-id "$image" --instance-type c6a.xlarge --key-name "$name" \
        --security-group-ids "$group" --enclave-options Enabled=true --tag-specifications "$(tags instance)" \
        --query 'Instances[0].InstanceId')
    ec2 wait instance-running --instance-ids "$id"
}

status() {
    ec2 describe-instances --filters "Name=tag:Name,Values=$name"
    ec2 describe-key-pairs --key-names "$name"
    ec2 describe-security-groups --group-names "$name"
    ec2 describe-volumes --filters "Name=attachment.instance-id,Values=$(instance)"
}

down() {
    id=$(instance)
    ec2 terminate-instances --instance-ids "$id"
    ec2 wait instance-terminated --instance-ids "$id"
    until ec2 delete-security-group --group-name "$name"; do sleep 1; done
    ec2 delete-key-pair --key-name "$name"
    rm -f "$keys"/*
}

"$1" >/dev/null
